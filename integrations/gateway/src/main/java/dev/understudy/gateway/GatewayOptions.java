package dev.understudy.gateway;

import dev.understudy.gateway.embedding.EmbeddingModels;
import dev.understudy.gateway.kept.KeepOptions;
import dev.understudy.gateway.key.KeySpec;
import dev.understudy.ops.admin.Admin;
import dev.understudy.ops.agent.Config;
import dev.understudy.redis.RedisConnections;
import dev.understudy.redis.RedisOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Options of the gateway.
 *
 * @param config the configuration; {@code null} to run the demonstration
 * @param gatewayServer address of the server
 * @param keySource source of the clients' keys
 * @param keys the clients' keys
 * @param cors web pages that may call
 * @param redis Redis through which instances share state; {@code null} for none
 * @param keep options of streams that are kept; {@code null} if they end with their connections
 * @param embeddings models of embeddings
 * @param defaultAgent agent of requests whose model is no agent; {@code null} to refuse them
 * @param admin tokens of operators; {@code null} to disable the admin routes
 * @param operators tokens of operators, for the metrics
 */
record GatewayOptions(
        @Nullable Config config,
        GatewayServer gatewayServer,
        KeySource keySource,
        List<KeySpec> keys,
        Cors cors,
        @Nullable RedisOptions redis,
        @Nullable KeepOptions keep,
        EmbeddingModels embeddings,
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
        Path keyFile = values.path(Option.KEYS);
        KeySource source = new KeySource(
                text(environment, "GATEWAY_TOKEN"), keyFile == null ? null : directory.resolve(keyFile), environment);
        GatewayServer server = server(values, source, directory);
        Config config = config(values, environment, directory);
        return new GatewayOptions(
                config,
                server,
                source,
                source.read(),
                cors(values, source),
                redis(values),
                keep(values),
                embeddings(values, environment, directory),
                defaultAgent(values, config),
                admin(environment),
                new OperatorTokens(text(environment, "GATEWAY_READ_TOKEN"), text(environment, "GATEWAY_ADMIN_TOKEN")));
    }

    private static GatewayServer server(OptionValues values, KeySource source, Path directory) {
        String host = values.text(Option.HOST, GatewayServer.LOOPBACK);
        boolean local = host.equals(GatewayServer.LOOPBACK) || host.equals("localhost");
        if (source.isEmpty() && !local) {
            throw wrong("On " + host + " others can reach it: set GATEWAY_TOKEN, or name a file of keys with --keys");
        }
        int port = values.number(Option.PORT, 0, 65_535, PORT);
        return new GatewayServer(host, port, null, limits(values), tls(values, directory));
    }

    private static @Nullable Tls tls(OptionValues values, Path directory) {
        Path certificate = values.path(Option.TLS_CERTIFICATE);
        Path key = values.path(Option.TLS_KEY);
        if (certificate == null && key == null) {
            return null;
        }
        if (certificate == null || key == null) {
            throw wrong("--tls-certificate and --tls-key are given together");
        }
        return Tls.of(directory.resolve(certificate), directory.resolve(key));
    }

    private static Cors cors(OptionValues values, KeySource source) {
        String origins = values.text(Option.CORS_ORIGINS);
        Cors cors = origins == null ? Cors.NONE : Cors.of(origins);
        if (cors.origins().contains("*") && source.isEmpty()) {
            throw wrong("--cors-origins * needs GATEWAY_TOKEN or --keys: else any web page could use the gateway");
        }
        return cors;
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

    private static @Nullable RedisOptions redis(OptionValues values) {
        String url = values.text(Option.REDIS);
        if (url == null) {
            return null;
        }
        try {
            RedisOptions redis = RedisOptions.of(url);
            RedisConnections.of(redis).close(); // connects to nothing, and checks the address
            return redis;
        } catch (IllegalArgumentException wrong) {
            throw wrong("--redis has no usable URL: write redis://host:6379, rediss:// for TLS, redis-sentinel:// or "
                    + "redis-cluster://"); // may hold a password, so it is not quoted
        }
    }

    private static @Nullable KeepOptions keep(OptionValues values) {
        String named = values.text(Option.KEEP_STREAMS);
        if (named == null) {
            if (values.has(Option.KEEP_RETENTION) || values.has(Option.KEEP_GRACE)) {
                throw wrong("--keep-retention and --keep-grace need --keep-streams memory or --keep-streams redis");
            }
            return null;
        }
        KeepOptions.Place place = Stream.of(KeepOptions.Place.values())
                .filter(each -> each.name().equalsIgnoreCase(named))
                .findFirst()
                .orElseThrow(() -> wrong("--keep-streams is memory or redis: " + named));
        if (place == KeepOptions.Place.REDIS && !values.has(Option.REDIS)) {
            throw wrong("--keep-streams redis needs --redis URL");
        }
        return new KeepOptions(
                place,
                Duration.ofSeconds(values.number(Option.KEEP_RETENTION, 1, 86_400, 600)),
                Duration.ofSeconds(values.number(Option.KEEP_GRACE, 1, 3_600, 30)));
    }

    private static EmbeddingModels embeddings(OptionValues values, Map<String, String> environment, Path directory) {
        Path file = values.path(Option.EMBEDDINGS);
        return file == null ? EmbeddingModels.none() : EmbeddingModels.read(directory.resolve(file), environment);
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
                .withSize(values.number(Option.MAX_BODY, 1, 512, GatewayLimits.BODY >> 20) << 20)
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
