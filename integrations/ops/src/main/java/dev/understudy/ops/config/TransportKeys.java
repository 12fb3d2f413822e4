package dev.understudy.ops.config;

import dev.understudy.provider.endpoint.TlsTrust;
import dev.understudy.provider.endpoint.Transport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Keys of {@link Transport}. */
final class TransportKeys {

    private static final Transport DEFAULTS = Transport.defaults();

    private static final ConfigKey<Duration> CONNECT = ConfigKey.of(
            "connect", ScalarTypes.DURATION, DEFAULTS.connect(), "time limit for opening a connection, TLS included");
    private static final ConfigKey<Duration> ACQUIRE = ConfigKey.of(
            "acquire", ScalarTypes.DURATION, DEFAULTS.pool().acquire(), "time limit for waiting for a free connection");
    private static final ConfigKey<Duration> DRAIN = ConfigKey.of(
            "drain",
            ScalarTypes.DURATION,
            DEFAULTS.drain(),
            "time limit for the end of the body after the answer is complete");
    private static final ConfigKey<Duration> IDLE = ConfigKey.of(
            "idle", ScalarTypes.DURATION, DEFAULTS.pool().idle(), "time after which an unused connection is closed");
    private static final ConfigKey<Duration> MAX_LIFE_TIME = ConfigKey.of(
            "maxLifeTime",
            ScalarTypes.DURATION,
            DEFAULTS.pool().maxLifeTime(),
            "age at which a connection gets no further requests");
    private static final ConfigKey<Duration> PING_AFTER = ConfigKey.of(
            "pingAfter",
            ScalarTypes.DURATION,
            DEFAULTS.ping().after(),
            "silence of an HTTP/2 connection with open requests before a PING is sent");
    private static final ConfigKey<Duration> PING_TIMEOUT = ConfigKey.of(
            "pingTimeout",
            ScalarTypes.DURATION,
            DEFAULTS.ping().timeout(),
            "time limit for the acknowledgement of a PING");
    private static final ConfigKey<Integer> MAX_CONNECTIONS = ConfigKey.of(
            "maxConnections",
            ScalarTypes.whole(1),
            DEFAULTS.pool().maxConnections(),
            "largest number of connections to this provider");
    private static final ConfigKey<Integer> MAX_ANSWER = ConfigKey.of(
            "maxAnswer",
            ScalarTypes.whole(1),
            DEFAULTS.maxAnswer(),
            "largest size of a whole answer, and of one event of a stream, in bytes");
    private static final ConfigKey<Integer> MAX_STREAM =
            ConfigKey.of("maxStream", ScalarTypes.whole(1), DEFAULTS.maxStream(), "largest size of a stream, in bytes");
    private static final ConfigKey<Transport.Wire> WIRE = ConfigKey.of(
            "wire",
            ScalarTypes.choice(Transport.Wire.class),
            DEFAULTS.wire(),
            "HTTP version and encryption; `unencrypted` allows http to another machine");
    private static final ConfigKey<TlsTrust> TRUST = ConfigKey.optional(
            "trust",
            new ScalarType<>(
                    "string",
                    "a file with certificates (PEM)",
                    Map.of("minLength", 1),
                    file -> TlsTrust.system().and(Path.of(file)),
                    TlsTrust::toString),
            "file with certificate authorities that are trusted besides those of the JVM");

    static final ObjectType<Transport> SECTION = new ObjectType<>(
            "transport",
            "connections to a provider",
            List.of(
                    CONNECT,
                    ACQUIRE,
                    DRAIN,
                    IDLE,
                    MAX_LIFE_TIME,
                    MAX_CONNECTIONS,
                    PING_AFTER,
                    PING_TIMEOUT,
                    WIRE,
                    TRUST,
                    MAX_ANSWER,
                    MAX_STREAM),
            values -> new Transport(
                    values.get(CONNECT),
                    values.get(DRAIN),
                    new Transport.Pool(
                            values.get(ACQUIRE),
                            values.get(IDLE),
                            values.get(MAX_LIFE_TIME),
                            values.get(MAX_CONNECTIONS)),
                    new Transport.Ping(values.get(PING_AFTER), values.get(PING_TIMEOUT)),
                    values.get(WIRE),
                    Objects.requireNonNullElse(values.find(TRUST), TlsTrust.system()),
                    values.get(MAX_ANSWER),
                    values.get(MAX_STREAM)));

    private TransportKeys() {}
}
