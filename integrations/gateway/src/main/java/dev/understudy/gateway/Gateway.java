package dev.understudy.gateway;

import dev.understudy.Understudy;
import dev.understudy.event.Listener;
import dev.understudy.ops.admin.ActivityLog;
import dev.understudy.ops.admin.Admin;
import dev.understudy.ops.agent.Agents;
import dev.understudy.ops.agent.Config;
import dev.understudy.ops.agent.ConfigException;
import dev.understudy.ops.log.Logs;
import dev.understudy.ops.metrics.Metrics;
import dev.understudy.ops.webhook.Webhooks;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.netty.DisposableServer;

/**
 * A server for clients of OpenAI's Chat Completions, with failover behind it. One file configures it ({@code
 * docs/configuration.md}); without a file it runs fault scenarios on scripted servers, so that every failure can be
 * tried with curl. Changes of the file take effect while calls are in flight.
 */
public final class Gateway implements AutoCloseable {

    private final Deque<AutoCloseable> closing = new ArrayDeque<>();
    private final Agents agents;
    private final @Nullable ScenarioServers scenarioServers;
    private final Admission admission;
    private final DisposableServer server;

    private Gateway(GatewayOptions gatewayOptions, @Nullable Config config) {
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
            this.agents = opened(
                    scenarioServers == null
                            ? Agents.open(require(config), ears)
                            : Agents.of(scenarioServers.understudies().values().toArray(Understudy[]::new)));
            bind(metrics, config);
            GatewayServer gatewayServer = gatewayOptions.gatewayServer();
            this.admission = new Admission(
                    gatewayServer.token(),
                    gatewayOptions.operators(),
                    gatewayServer.limits(),
                    status -> registry.counter("gateway.refused", "status", Integer.toString(status))
                            .increment());
            HealthRoutes healthRoutes = new HealthRoutes(agents, registry, admission);
            Admin admin = gatewayOptions.admin() == null ? null : Admin.of(agents, activityLog, gatewayOptions.admin());
            this.server = gatewayServer.start(menu(), admission, routes -> {
                healthRoutes.accept(routes);
                if (admin != null) {
                    admin.routes().accept(routes);
                }
            });
            closing.push(() -> server.disposeNow(Duration.ofSeconds(5)));
            closing.push(admission::drain);
        } catch (RuntimeException failed) {
            close();
            throw failed;
        }
    }

    /** Opens the gateway with the configuration of these options, the one that is found, or the scenarios. */
    static Gateway open(GatewayOptions gatewayOptions, Map<String, String> environment, Path directory) {
        Config config = gatewayOptions.config() == null
                ? Config.find(environment, directory)
                : Config.read(gatewayOptions.config(), environment);
        return new Gateway(gatewayOptions, config);
    }

    private static Config require(@Nullable Config config) {
        if (config == null) {
            throw new IllegalStateException("no configuration");
        }
        return config;
    }

    /** Binds gauges and prices to all agents, also to those of a later configuration. */
    private void bind(Metrics metrics, @Nullable Config config) {
        metrics.bind(agents);
        if (config != null && config.file() != null) {
            Disposable watch = agents.watch(config.file());
            closing.push(watch::dispose);
        }
    }

    private ModelDirectory menu() {
        return scenarioServers != null
                ? ModelDirectory.of(scenarioServers.chains())
                : new ModelDirectory(agents::ids, name -> agents.ids().contains(name) ? agents.provider(name) : null);
    }

    private <T extends AutoCloseable> T opened(T what) {
        closing.push(what);
        return what;
    }

    int port() {
        return server.port();
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

    /** Serves until the process is terminated. Exits with 2 for invalid options or an invalid configuration. */
    public static void main(String[] args) throws InterruptedException {
        Gateway gateway = started(List.of(args), System.getenv(), Path.of(""), System.out);
        if (gateway == null) {
            System.exit(2);
        } else {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                gateway.close();
                Runtime.getRuntime().halt(0); // a signal would end the process with another status
            }));
            gateway.server.onDispose().block();
        }
    }

    static @Nullable Gateway started(
            List<String> args, Map<String, String> environment, Path directory, PrintStream out) {
        try {
            GatewayOptions gatewayOptions = GatewayOptions.of(args, environment);
            Gateway gateway = open(gatewayOptions, environment, directory);
            out.println("Listening on http://" + gatewayOptions.gatewayServer().host() + ":" + gateway.port() + "/v1");
            out.println(
                    gateway.scenarioServers == null
                            ? "Chains: " + String.join(", ", gateway.agents.ids())
                            : "No configuration: running demo scenarios. Request one as the model: "
                                    + DemoScenario.names());
            return gateway;
        } catch (ConfigException wrong) {
            out.println(wrong.getMessage());
        } catch (IllegalArgumentException wrong) {
            out.println(wrong.getMessage());
            out.println();
            out.println(GatewayOptions.USAGE);
        }
        return null;
    }
}
