package dev.understudy.ops;

import dev.understudy.provider.Transport;
import dev.understudy.provider.Trust;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** {@link Transport}. */
final class TransportKeys {

    private static final Transport USUAL = Transport.defaults();

    private static final Key<Duration> CONNECT =
            Key.of("connect", Scalars.DURATION, USUAL.connect(), "how long a connection may take to open");
    private static final Key<Duration> ACQUIRE = Key.of(
            "acquire", Scalars.DURATION, USUAL.pool().acquire(), "how long a call may wait for a free connection");
    private static final Key<Duration> DRAIN = Key.of(
            "drain", Scalars.DURATION, USUAL.drain(), "how long the end of a body is waited for after the answer");
    private static final Key<Duration> IDLE =
            Key.of("idle", Scalars.DURATION, USUAL.pool().idle(), "how long an unused connection is kept");
    private static final Key<Duration> MAX_LIFE_TIME = Key.of(
            "maxLifeTime",
            Scalars.DURATION,
            USUAL.pool().maxLifeTime(),
            "age at which a connection gets no further requests");
    private static final Key<Duration> PING_AFTER = Key.of(
            "pingAfter",
            Scalars.DURATION,
            USUAL.ping().after(),
            "silence of an HTTP/2 connection with open requests before a PING is sent");
    private static final Key<Duration> PING_TIMEOUT = Key.of(
            "pingTimeout",
            Scalars.DURATION,
            USUAL.ping().timeout(),
            "how long the acknowledgement of a PING is waited for");
    private static final Key<Integer> MAX_CONNECTIONS =
            Key.of("maxConnections", Scalars.whole(1), USUAL.pool().maxConnections(), "of this provider at a time");
    private static final Key<Transport.Wire> WIRE = Key.of(
            "wire",
            Scalars.choice(Transport.Wire.class),
            USUAL.wire(),
            "how requests travel; `unencrypted` allows http to another machine");
    private static final Key<Trust> TRUST = Key.optional(
            "trust",
            new Scalar<>(
                    "string",
                    "a file with certificates (PEM)",
                    Map.of("minLength", 1),
                    file -> Trust.system().and(Path.of(file)),
                    Trust::toString),
            "a file with authorities that are believed besides those of the JVM");

    static final Section<Transport> SECTION = new Section<>(
            "transport",
            "how a provider's connections behave",
            List.of(CONNECT, ACQUIRE, DRAIN, IDLE, MAX_LIFE_TIME, MAX_CONNECTIONS, PING_AFTER, PING_TIMEOUT, WIRE, TRUST),
            said -> new Transport(
                    said.get(CONNECT),
                    said.get(DRAIN),
                    new Transport.Pool(
                            said.get(ACQUIRE), said.get(IDLE), said.get(MAX_LIFE_TIME), said.get(MAX_CONNECTIONS)),
                    new Transport.Ping(said.get(PING_AFTER), said.get(PING_TIMEOUT)),
                    said.get(WIRE),
                    Objects.requireNonNullElse(said.find(TRUST), Trust.system())));

    private TransportKeys() {}
}
