package dev.understudy.examples.gateway;

import dev.understudy.Listener;
import dev.understudy.Understudy;
import dev.understudy.ops.Admin;
import dev.understudy.ops.Agents;
import dev.understudy.ops.Config;
import dev.understudy.ops.ConfigException;
import dev.understudy.ops.Journal;
import dev.understudy.ops.Logs;
import dev.understudy.ops.Metrics;
import dev.understudy.ops.Webhooks;
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
 * A server that any client of OpenAI's Chat Completions can use, and that fails over behind it. Everything is configured by one
 * file ({@code docs/configuration.md}); without one it plays scenes on scripted servers, so that every failure can be
 * tried with curl. A changed file takes effect while calls are in flight.
 */
public final class Gateway implements AutoCloseable {

    private final Deque<AutoCloseable> closing = new ArrayDeque<>();
    private final Agents agents;
    private final @Nullable Stage stage;
    private final DisposableServer server;

    private Gateway(Options options, @Nullable Config config) {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        Metrics metrics = Metrics.to(registry);
        Journal journal = new Journal();
        Listener ears = metrics.and(Logs.create()).and(journal);
        closing.push(registry::close);
        try {
            for (Webhooks.Options webhook : config == null ? List.<Webhooks.Options>of() : config.webhooks()) {
                Webhooks posted = opened(Webhooks.start(webhook));
                ears = ears.and(posted);
            }
            this.stage = config == null ? opened(Stage.open(ears)) : null;
            this.agents = opened(
                    stage == null
                            ? Agents.open(require(config), ears)
                            : Agents.of(stage.doors().values().toArray(Understudy[]::new)));
            bind(metrics, config);
            Operations operations = new Operations(agents, registry);
            Admin admin = options.admin() == null ? null : Admin.of(agents, journal, options.admin());
            this.server = options.front().start(menu(), routes -> {
                operations.accept(routes);
                if (admin != null) {
                    admin.routes().accept(routes);
                }
            });
            closing.push(() -> server.disposeNow(Duration.ofSeconds(5)));
        } catch (RuntimeException failed) {
            close();
            throw failed;
        }
    }

    /** With the configuration that these options name, or that is found, or the stage. */
    static Gateway open(Options options, Map<String, String> environment, Path directory) {
        Config config = options.config() == null
                ? Config.find(environment, directory)
                : Config.read(options.config(), environment);
        return new Gateway(options, config);
    }

    private static Config require(@Nullable Config config) {
        if (config == null) {
            throw new IllegalStateException("no configuration");
        }
        return config;
    }

    /** Gauges and prices follow the chains, also those that come with a new configuration. */
    private void bind(Metrics metrics, @Nullable Config config) {
        metrics.bind(agents);
        if (config != null && config.file() != null) {
            Disposable watch = agents.watch(config.file());
            closing.push(watch::dispose);
        }
    }

    private Menu menu() {
        return stage != null
                ? Menu.of(stage.chains())
                : new Menu(agents::ids, name -> agents.ids().contains(name) ? agents.provider(name) : null);
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

    /** Takes no more calls, and lets those in flight end within 5 s. */
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

    /** Serves until it is told to end. Ends with 2 for options or a configuration that cannot be followed. */
    public static void main(String[] args) throws InterruptedException {
        Gateway gateway = started(List.of(args), System.getenv(), Path.of(""), System.out);
        if (gateway == null) {
            System.exit(2);
        } else {
            Runtime.getRuntime().addShutdownHook(new Thread(gateway::close));
            gateway.server.onDispose().block();
        }
    }

    static @Nullable Gateway started(
            List<String> args, Map<String, String> environment, Path directory, PrintStream out) {
        try {
            Options options = Options.of(args, environment);
            Gateway gateway = open(options, environment, directory);
            out.println("Listening on http://" + options.front().host() + ":" + gateway.port() + "/v1");
            out.println(
                    gateway.stage == null
                            ? "Chains: " + String.join(", ", gateway.agents.ids())
                            : "No configuration: playing scenes. Ask for one as the model: " + Scene.names());
            return gateway;
        } catch (ConfigException wrong) {
            out.println(wrong.getMessage());
        } catch (IllegalArgumentException wrong) {
            out.println(wrong.getMessage());
            out.println();
            out.println(Options.USAGE);
        }
        return null;
    }
}
