package dev.understudy.gateway;

import dev.understudy.Understudy;
import dev.understudy.chat.Capabilities;
import dev.understudy.event.Listener;
import dev.understudy.gateway.embedding.Embeddings;
import dev.understudy.gateway.kept.KeepOptions;
import dev.understudy.gateway.key.ClientKeys;
import dev.understudy.gateway.key.SharedBudgets;
import dev.understudy.ops.admin.ActivityLog;
import dev.understudy.ops.admin.Admin;
import dev.understudy.ops.agent.Agents;
import dev.understudy.ops.agent.Config;
import dev.understudy.ops.log.Logs;
import dev.understudy.ops.metrics.Metrics;
import dev.understudy.ops.webhook.Webhooks;
import dev.understudy.redis.RedisConnections;
import dev.understudy.redis.RedisSharedState;
import dev.understudy.redis.RedisSums;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.scheduler.Schedulers;
import reactor.netty.DisposableServer;

/**
 * A server for clients of the vendors' APIs, with failover behind it. One file configures it ({@code
 * docs/configuration.md}); {@code --demo} runs fault scenarios on scripted servers instead, so that every failure can be
 * tried with curl. Changes of the file take effect while calls are in flight.
 */
final class Gateway implements AutoCloseable {

    private final Deque<AutoCloseable> closing = new ArrayDeque<>();
    private final Agents agents;
    private final @Nullable ScenarioServers scenarioServers;
    private final Embeddings embeddings;
    private final Admission admission;
    private final DisposableServer server;
    private final String host;
    private final boolean tls;

    /**
     * Opens the agents and listens. Blocks.
     *
     * @throws reactor.netty.ChannelBindException if it cannot listen on its address
     */
    Gateway(GatewayOptions gatewayOptions) {
        Config config = gatewayOptions.config();
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        Metrics metrics = Metrics.to(registry);
        ActivityLog activityLog = new ActivityLog();
        Listener ears = metrics.and(Logs.create()).and(activityLog);
        closing.push(registry::close);
        try {
            for (Webhooks.Options webhook : config == null ? List.<Webhooks.Options>of() : config.webhooks()) {
                Webhooks posted = opened(Webhooks.start(webhook));
                ears = ears.and(posted);
            }
            this.scenarioServers = config == null ? opened(ScenarioServers.open(ears)) : null;
            RedisConnections redis =
                    gatewayOptions.redis() == null ? null : opened(RedisConnections.of(gatewayOptions.redis()));
            this.agents = opened(config != null ? open(config, ears, redis) : Agents.of(understudies()));
            bind(metrics, config);
            this.embeddings = opened(Embeddings.open(gatewayOptions.embeddings(), ears));
            GatewayServer gatewayServer = gatewayOptions.gatewayServer();
            this.host = gatewayServer.host();
            this.tls = gatewayServer.tls() != null;
            ClientKeys keys = ClientKeys.of(gatewayOptions.keys());
            KeyAccounts accounts = new KeyAccounts(this::price, registry);
            this.admission = new Admission(
                    keys,
                    gatewayOptions.operators(),
                    gatewayOptions.cors(),
                    accounts,
                    gatewayServer.limits(),
                    status -> registry.counter("gateway.refused", "status", Integer.toString(status))
                            .increment());
            GatewayMeters.bind(registry, admission);
            watch(keys, gatewayOptions.keySource());
            share(keys, redis);
            HealthRoutes healthRoutes = new HealthRoutes(agents, registry, admission);
            Admin admin = gatewayOptions.admin() == null ? null : Admin.of(agents, activityLog, gatewayOptions.admin());
            ModelDirectory directory = directory(gatewayOptions.defaultAgent());
            KeptCalls keptCalls = kept(gatewayOptions.keep(), redis, directory, keys, accounts);
            this.server = gatewayServer.start(directory, admission, keptCalls, routes -> {
                healthRoutes.accept(routes);
                routes.post(
                        EmbeddingCalls.PATH,
                        admission.route(Access.CLIENTS, new EmbeddingCalls(embeddings, admission.cut())));
                if (admin != null) {
                    admin.routes().accept(routes);
                }
            });
            closing.push(() -> server.disposeNow(Duration.ofSeconds(5)));
            if (keptCalls != null) {
                closing.push(keptCalls); // what is left after the drain goes to other instances
            }
            closing.push(admission::drain);
        } catch (RuntimeException failed) {
            close();
            throw failed;
        }
    }

    /** Binds gauges and prices to all agents, also to those of a later configuration. */
    private void bind(Metrics metrics, @Nullable Config config) {
        metrics.bind(agents);
        if (config != null && config.file() != null) {
            Disposable watch = agents.watch(config.file());
            closing.push(watch::dispose);
        }
    }

    private void watch(ClientKeys keys, KeySource source) {
        Path file = source.file();
        if (file != null) {
            closing.push(new KeyFileWatch(file, source, keys).start()::dispose);
        }
    }

    private Capabilities.@Nullable Price price(String understudy, String provider, String model) {
        Capabilities.Price price = price(agents.understudy(understudy), provider, model);
        return price == null ? price(embeddings.model(understudy), provider, model) : price;
    }

    private static Capabilities.@Nullable Price price(@Nullable Understudy asked, String provider, String model) {
        try {
            return asked == null ? null : asked.capabilities(provider, model).price();
        } catch (IllegalArgumentException removed) { // by a reload of the configuration
            return null;
        }
    }

    private Agents open(Config config, Listener listener, @Nullable RedisConnections redis) {
        Agents.Builder builder = Agents.builder(config).listener(listener);
        if (redis != null) {
            builder.sharedState(opened(RedisSharedState.over(redis, RedisSharedState.Options.defaults())));
        }
        return builder.open();
    }

    private void share(ClientKeys keys, @Nullable RedisConnections redis) {
        if (redis != null) {
            RedisSums sums = RedisSums.over(redis, "understudy:gateway");
            opened(new SharedBudgets(keys, sums::add, InstantSource.system())).start(Schedulers.parallel());
        }
    }

    private @Nullable KeptCalls kept(
            @Nullable KeepOptions keep,
            @Nullable RedisConnections redis,
            ModelDirectory directory,
            ClientKeys keys,
            KeyAccounts accounts) {
        return keep == null
                ? null
                : new KeptCalls(
                        keep.store(redis),
                        keep.streams(),
                        keep.isShared(),
                        directory,
                        scenarioServers == null ? agents::streamAfter : scenarioServers::streamAfter,
                        keys,
                        accounts,
                        admission.callsInFlight());
    }

    private Understudy[] understudies() {
        return scenarioServers == null
                ? new Understudy[0]
                : scenarioServers.understudies().values().toArray(Understudy[]::new);
    }

    private ModelDirectory directory(@Nullable String defaultAgent) {
        ModelDirectory directory = scenarioServers != null
                ? ModelDirectory.of(scenarioServers.chains())
                : new ModelDirectory(
                        agents::ids, name -> agents.ids().contains(name) ? agents.provider(name) : null, null);
        return directory.withDefault(defaultAgent);
    }

    private <T extends AutoCloseable> T opened(T what) {
        closing.push(what);
        return what;
    }

    int port() {
        return server.port();
    }

    /** Returns the base address of OpenAI's clients. */
    String url() {
        return (tls ? "https://" : "http://") + host + ":" + port() + "/v1";
    }

    Agents agents() {
        return agents;
    }

    /** Is not ready from now on, refuses new calls, and lets those in flight end within the drain limit; then they fail. */
    @Override
    public void close() {
        while (!closing.isEmpty()) {
            try {
                closing.pop().close();
            } catch (Exception e) {
                System.err.println("Not closed as it should be: " + e);
            }
        }
    }

    /** Blocks until the server has ended. */
    void await() {
        server.onDispose().block();
    }
}
