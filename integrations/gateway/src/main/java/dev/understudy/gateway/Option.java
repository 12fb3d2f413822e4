package dev.understudy.gateway;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** An option of the command line, and the environment variable that sets it where the command line does not. */
enum Option {
    CONFIG(
            "FILE",
            "UNDERSTUDY_CONFIG",
            "agents and providers, YAML or JSON. Without it MULTI_MODEL_FAILOVER_CONFIG (JSON),",
            "config/understudy.yaml and config/risks.yaml are tried"),
    CHECK(
            "FILE",
            null,
            "checks this configuration and all other options, says what is wrong, and ends: 0 if",
            "valid, else 1"),
    DEMO(
            null,
            null,
            "scripted servers of this machine instead of a configuration; a model for each kind of",
            "failure"),
    HOST("NAME", "GATEWAY_HOST", "address to listen on; 127.0.0.1. Any other address needs a token or keys"),
    PORT("N", "GATEWAY_PORT", "port to listen on, 0 for any free one; 8080"),
    DEFAULT_AGENT(
            "NAME", "GATEWAY_DEFAULT_AGENT", "agent of requests whose model is no agent; without it they get 404"),
    KEYS("FILE", "GATEWAY_KEYS", "clients' keys with limits and budgets, YAML or JSON; read again when it changes"),
    EMBEDDINGS("FILE", "GATEWAY_EMBEDDINGS", "models of embeddings and the servers of each, YAML or JSON"),
    TLS_CERTIFICATE("FILE", "GATEWAY_TLS_CERTIFICATE", "serves HTTPS with this chain of certificates, PEM"),
    TLS_KEY("FILE", "GATEWAY_TLS_KEY", "private key of the certificate, PEM in PKCS 8 without a password"),
    CORS_ORIGINS("ORIGINS", "GATEWAY_CORS_ORIGINS", "web pages that may call, separated by commas; * for any. None"),
    DRAIN(
            "SECONDS",
            "GATEWAY_DRAIN",
            "time that calls in flight may take after SIGTERM, then they end with an error; 30"),
    MAX_CALLS("N", "GATEWAY_MAX_CALLS", "concurrent calls, streams included; further ones get 503. 256"),
    MAX_CONNECTIONS("N", "GATEWAY_MAX_CONNECTIONS", "open connections; twice the calls"),
    MAX_BODY("MIB", "GATEWAY_MAX_BODY", "size of a request; 16"),
    REDIS(
            "URL",
            "UNDERSTUDY_REDIS_URL",
            "shares circuits, holds, cooldowns and budgets with other instances: redis://host:6379"),
    KEEP_STREAMS(
            "STORE",
            "GATEWAY_KEEP_STREAMS",
            "keeps streams for clients that come back after a lost connection: memory, or redis for",
            "all instances, with --redis. Without it a stream ends with its connection"),
    KEEP_RETENTION("SECONDS", "GATEWAY_KEEP_RETENTION", "time for which a stream is kept after its last chunk; 600"),
    KEEP_GRACE("SECONDS", "GATEWAY_KEEP_GRACE", "time without a reader after which generation is cancelled; 30"),
    HELP(null, null, "prints this text");

    private final @Nullable String argument;
    private final @Nullable String variable;
    private final List<String> description;

    Option(@Nullable String argument, @Nullable String variable, String... description) {
        this.argument = argument;
        this.variable = variable;
        this.description = List.of(description);
    }

    /** Returns the name on the command line: {@code --max-calls}. */
    String flag() {
        return "--" + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    boolean takesValue() {
        return argument != null;
    }

    @Nullable
    String variable() {
        return variable;
    }

    static @Nullable Option of(String flag) {
        return Stream.of(values())
                .filter(option -> option.flag().equals(flag))
                .findFirst()
                .orElse(null);
    }

    static String usage() {
        return Stream.of(values()).map(Option::line).collect(Collectors.joining());
    }

    private String line() {
        String head = argument == null ? flag() : flag() + " " + argument;
        String indent = " ".repeat(28);
        String end = variable == null ? "" : "\n" + indent + "(" + variable + ")";
        return String.format("  %-26s", head) + String.join("\n" + indent, description) + end + "\n";
    }
}
