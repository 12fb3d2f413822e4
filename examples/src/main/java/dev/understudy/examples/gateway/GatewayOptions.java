package dev.understudy.examples.gateway;

import dev.understudy.ops.admin.Admin;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the gateway was told.
 *
 * @param config the configuration file; {@code null} for what the environment says
 * @param gatewayServer where it listens, and who may come in
 * @param admin who may operate it; {@code null} for nobody
 */
record GatewayOptions(@Nullable Path config, GatewayServer gatewayServer, Admin.@Nullable Options admin) {

    static final String USAGE = """
            Usage: Gateway [--config FILE] [--host NAME] [--port N]

              --config FILE   YAML or JSON; without it MULTI_MODEL_FAILOVER_CONFIG (JSON), UNDERSTUDY_CONFIG (a file),
                              config/understudy.yaml and config/risks.yaml are looked for; without any of them it plays
                              scenes on scripted servers of this machine
              --host NAME     where it listens; 127.0.0.1. Anywhere else it needs a token
              --port N        8080; 0 for any that is free

            GATEWAY_TOKEN          what clients have to send as their API key; without it anybody on this machine may ask
            GATEWAY_ADMIN_TOKEN    opens the admin routes, 16 characters or more; without it there are none
            GATEWAY_READ_TOKEN     opens those of them that only look
            """;

    private static final int PORT = 8080;

    static GatewayOptions of(List<String> arguments, Map<String, String> environment) {
        Path config = null;
        String host = GatewayServer.LOOPBACK;
        int port = PORT;
        for (int i = 0; i < arguments.size(); i += 2) {
            String option = arguments.get(i);
            if (i + 1 == arguments.size()) {
                throw wrong(option + " needs a value, or is not known");
            }
            String value = arguments.get(i + 1);
            switch (option) {
                case "--config" -> config = Path.of(value);
                case "--host" -> host = value;
                case "--port" -> port = port(value);
                default -> throw wrong("There is no option " + option);
            }
        }
        String token = text(environment, "GATEWAY_TOKEN");
        if (token == null && !host.equals(GatewayServer.LOOPBACK) && !host.equals("localhost")) {
            throw wrong("On " + host + " others can reach it: set GATEWAY_TOKEN");
        }
        return new GatewayOptions(config, new GatewayServer(host, port, token), admin(environment));
    }

    private static Admin.@Nullable Options admin(Map<String, String> environment) {
        String write = text(environment, "GATEWAY_ADMIN_TOKEN");
        String read = text(environment, "GATEWAY_READ_TOKEN");
        if (write != null) {
            return read == null ? Admin.Options.writing(write) : Admin.Options.tokens(read, write);
        }
        return read == null ? null : Admin.Options.reading(read);
    }

    private static int port(String value) {
        try {
            int port = Integer.parseInt(value);
            if (port >= 0 && port <= 65_535) {
                return port;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw wrong("--port is a number from 0 to 65535: " + value);
    }

    private static @Nullable String text(Map<String, String> environment, String name) {
        String value = environment.get(name);
        return value == null || value.isBlank() ? null : value;
    }

    private static IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException(what);
    }
}
