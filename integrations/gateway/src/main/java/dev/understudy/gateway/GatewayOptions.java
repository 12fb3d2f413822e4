package dev.understudy.gateway;

import dev.understudy.ops.admin.Admin;
import dev.understudy.ops.agent.Config;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Options of the gateway.
 *
 * @param config the configuration; {@code null} to run the demonstration
 * @param gatewayServer address and token of the server
 * @param defaultAgent agent of requests whose model is no agent; {@code null} to refuse them
 * @param admin tokens of operators; {@code null} to disable the admin routes
 * @param operators tokens of operators, for the metrics
 */
record GatewayOptions(
        @Nullable Config config,
        GatewayServer gatewayServer,
        @Nullable String defaultAgent,
        Admin.@Nullable Options admin,
        OperatorTokens operators) {

    private static final int PORT = 8080;

    static String usage() {
        return """
                Usage: java -jar understudy-gateway.jar [OPTION]...

                """ + Option.usage() + """

                Secrets are in the environment only:
                  GATEWAY_TOKEN             API key that clients must send, or several, separated by commas; without it
                                            and without keys any client on this machine is served
                  GATEWAY_ADMIN_TOKEN       token for the admin routes, 16 characters or more; without it they are disabled
                  GATEWAY_READ_TOKEN        token for reading admin routes only, and /metrics
                """;
    }

    /**
     * Reads the options and the configuration that they name. Blocks.
     *
     * @param directory base of relative paths
     * @throws IllegalArgumentException for options that cannot be used
     * @throws dev.understudy.ops.agent.ConfigException for a configuration that cannot be used
     */
    static GatewayOptions of(OptionValues values, Map<String, String> environment, Path directory) {
        String host = values.text(Option.HOST, GatewayServer.LOOPBACK);
        String token = text(environment, "GATEWAY_TOKEN");
        if (token == null && !host.equals(GatewayServer.LOOPBACK) && !host.equals("localhost")) {
            throw wrong("On " + host + " others can reach it: set GATEWAY_TOKEN");
        }
        int port = values.number(Option.PORT, 0, 65_535, PORT);
        GatewayServer server = new GatewayServer(host, port, token, limits(values));
        Config config = config(values, environment, directory);
        return new GatewayOptions(
                config,
                server,
                defaultAgent(values, config),
                admin(environment),
                new OperatorTokens(text(environment, "GATEWAY_READ_TOKEN"), text(environment, "GATEWAY_ADMIN_TOKEN")));
    }

    private static @Nullable Config config(OptionValues values, Map<String, String> environment, Path directory) {
        if (values.has(Option.DEMO)) {
            return null;
        }
        Path file = values.has(Option.CHECK) ? values.path(Option.CHECK) : values.path(Option.CONFIG);
        Config config =
                file == null ? Config.find(environment, directory) : Config.read(directory.resolve(file), environment);
        if (config == null) {
            throw wrong("There is no configuration: name one with --config FILE, or try --demo");
        }
        return config;
    }

    private static @Nullable String defaultAgent(OptionValues values, @Nullable Config config) {
        String name = values.text(Option.DEFAULT_AGENT);
        if (name != null && config != null && !config.agents().contains(name)) {
            throw wrong("--default-agent " + name + " is no agent of " + config.source() + ": "
                    + String.join(", ", config.agents()));
        }
        return name;
    }

    private static GatewayLimits limits(OptionValues values) {
        GatewayLimits limits = GatewayLimits.defaults();
        int calls = values.number(Option.MAX_CALLS, 1, 100_000, limits.calls());
        return limits.withCalls(calls)
                .withConnections(values.number(Option.MAX_CONNECTIONS, 1, 1_000_000, 2 * calls))
                .withDrain(Duration.ofSeconds(values.number(
                        Option.DRAIN, 0, 3_600, Math.toIntExact(limits.drain().toSeconds()))));
    }

    private static Admin.@Nullable Options admin(Map<String, String> environment) {
        String write = text(environment, "GATEWAY_ADMIN_TOKEN");
        String read = text(environment, "GATEWAY_READ_TOKEN");
        if (write != null) {
            return read == null ? Admin.Options.writing(write) : Admin.Options.tokens(read, write);
        }
        return read == null ? null : Admin.Options.reading(read);
    }

    private static @Nullable String text(Map<String, String> environment, String name) {
        String value = environment.get(name);
        return value == null || value.isBlank() ? null : value;
    }

    private static IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException(what);
    }
}
