package dev.understudy.gateway;

import dev.understudy.ops.admin.Admin;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Options of the gateway.
 *
 * @param config the configuration file; {@code null} to use the environment
 * @param gatewayServer address and token of the server
 * @param admin tokens of operators; {@code null} to disable the admin routes
 * @param operators tokens of operators, for the metrics
 */
record GatewayOptions(
        @Nullable Path config, GatewayServer gatewayServer, Admin.@Nullable Options admin, OperatorTokens operators) {

    static final String USAGE = """
            Usage: Gateway [--config FILE] [--host NAME] [--port N]

              --config FILE   YAML or JSON; without it MULTI_MODEL_FAILOVER_CONFIG (JSON), UNDERSTUDY_CONFIG (a file),
                              config/understudy.yaml and config/risks.yaml are tried; without any of them it runs
                              fault scenarios on scripted servers of this machine
              --host NAME     address to listen on; 127.0.0.1. Any other address needs a token
              --port N        port to listen on; 8080. 0 for any free port
              --drain N       seconds that calls in flight may take after SIGTERM, 0 to 3600; 30. Then they end with an error

            GATEWAY_TOKEN          API key that clients must send, or several, separated by commas; without it any client
                                   on this machine is served
            GATEWAY_ADMIN_TOKEN    token for the admin routes, 16 characters or more; without it they are disabled
            GATEWAY_READ_TOKEN     token for reading admin routes only, and /metrics
            """;

    private static final int PORT = 8080;

    static GatewayOptions of(List<String> arguments, Map<String, String> environment) {
        Path config = null;
        String host = GatewayServer.LOOPBACK;
        int port = PORT;
        GatewayLimits limits = GatewayLimits.defaults();
        for (int i = 0; i < arguments.size(); i += 2) {
            String option = arguments.get(i);
            if (i + 1 == arguments.size()) {
                throw wrong(option + " needs a value, or is not known");
            }
            String value = arguments.get(i + 1);
            switch (option) {
                case "--config" -> config = Path.of(value);
                case "--host" -> host = value;
                case "--port" -> port = number(option, value, 65_535);
                case "--drain" -> limits = limits.withDrain(Duration.ofSeconds(number(option, value, 3_600)));
                default -> throw wrong("There is no option " + option);
            }
        }
        String token = text(environment, "GATEWAY_TOKEN");
        if (token == null && !host.equals(GatewayServer.LOOPBACK) && !host.equals("localhost")) {
            throw wrong("On " + host + " others can reach it: set GATEWAY_TOKEN");
        }
        return new GatewayOptions(
                config,
                new GatewayServer(host, port, token, limits),
                admin(environment),
                new OperatorTokens(text(environment, "GATEWAY_READ_TOKEN"), text(environment, "GATEWAY_ADMIN_TOKEN")));
    }

    private static Admin.@Nullable Options admin(Map<String, String> environment) {
        String write = text(environment, "GATEWAY_ADMIN_TOKEN");
        String read = text(environment, "GATEWAY_READ_TOKEN");
        if (write != null) {
            return read == null ? Admin.Options.writing(write) : Admin.Options.tokens(read, write);
        }
        return read == null ? null : Admin.Options.reading(read);
    }

    private static int number(String option, String value, int most) {
        try {
            int number = Integer.parseInt(value);
            if (number >= 0 && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // reported below
        }
        throw wrong(option + " is a number from 0 to " + most + ": " + value);
    }

    private static @Nullable String text(Map<String, String> environment, String name) {
        String value = environment.get(name);
        return value == null || value.isBlank() ? null : value;
    }

    private static IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException(what);
    }
}
