package dev.understudy.ops.config;

import dev.understudy.provider.endpoint.Secret;
import dev.understudy.provider.endpoint.TlsTrust;
import dev.understudy.provider.endpoint.Transport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import reactor.util.Logger;
import reactor.util.Loggers;

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

    private static final Transport.Network NETWORK = Transport.Network.defaults();

    private static final ConfigKey<Transport.Proxy> PROXY = ConfigKey.optional(
            "proxy",
            new ScalarType<>(
                    "string",
                    "http://host:port, socks5://host:port, or none",
                    Map.of("minLength", 1),
                    TransportKeys::proxy,
                    TransportKeys::written),
            "proxy on the way to the provider, or `none`; without this key the JVM's properties and the environment name it");
    private static final ConfigKey<String> PROXY_USER =
            ConfigKey.optional("proxyUser", ScalarTypes.TEXT, "user at the proxy");
    private static final ConfigKey<Secret> PROXY_PASSWORD =
            ConfigKey.optional("proxyPassword", new SecretType<>(Secret::of), "password at the proxy");
    private static final ConfigKey<List<String>> NO_PROXY = ConfigKey.of(
            "noProxy",
            CollectionTypes.list(ScalarTypes.WORD),
            List.of(),
            "hosts that are reached without `proxy`: names with their subdomains, addresses, ranges (`10.0.0.0/8`)");
    private static final ConfigKey<Boolean> JVM_RESOLVER =
            ConfigKey.of("jvmResolver", ScalarTypes.FLAG, NETWORK.dns().jvm(), "true to resolve host names by the JVM");
    private static final ConfigKey<Duration> DNS_TIMEOUT = ConfigKey.of(
            "dnsTimeout", ScalarTypes.DURATION, NETWORK.dns().timeout(), "time limit for one question to a DNS server");
    private static final ConfigKey<Duration> DNS_TTL = ConfigKey.of(
            "dnsTtl",
            ScalarTypes.PAUSE,
            NETWORK.dns().maxTtl(),
            "longest time that a resolved address is used; 0s for as long as its record allows");
    private static final ConfigKey<Transport.Addresses> ADDRESSES = ConfigKey.of(
            "addresses",
            ScalarTypes.choice(Transport.Addresses.class),
            NETWORK.addresses(),
            "addresses that may be connected to: `public`, also those of `private` networks, or `any`, link-local and metadata "
                    + "addresses included");
    private static final ConfigKey<Integer> MAX_CONCURRENT_STREAMS = ConfigKey.of(
            "maxConcurrentStreams",
            ScalarTypes.whole(1, 10_000),
            NETWORK.maxConcurrentStreams(),
            "largest number of concurrent requests on one HTTP/2 connection");
    private static final ConfigKey<String> SERVER_NAME = ConfigKey.optional(
            "serverName", ScalarTypes.WORD, "host name of the TLS handshake, where it is not that of the URL");
    private static final ConfigKey<Path> UNIX_SOCKET = ConfigKey.optional(
            "unixSocket", path("a path of a socket"), "Unix domain socket that is connected to; `baseUrl` is http");
    private static final ConfigKey<Path> CLIENT_CERTIFICATE = ConfigKey.optional(
            "clientCertificate",
            path("a file with a certificate and its private key (PEM)"),
            "file with the certificate, its issuers and the private key (PKCS #8) by which this client identifies itself");

    private static final ConfigKey<Boolean> POOL_METRICS = ConfigKey.of(
            "poolMetrics",
            ScalarTypes.FLAG,
            NETWORK.netty().poolMetrics(),
            "true to register the meters of the connection pool in Micrometer's global registry");
    private static final ConfigKey<Boolean> WIRE_LOG = ConfigKey.of(
            "wireLog",
            ScalarTypes.FLAG,
            false,
            "true to log requests and responses without keys, prompts and answers: logger `dev.understudy.wire`, level debug");

    private static final Logger WIRE_LOGGER = Loggers.getLogger("dev.understudy.wire");

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
                    MAX_STREAM,
                    PROXY,
                    PROXY_USER,
                    PROXY_PASSWORD,
                    NO_PROXY,
                    JVM_RESOLVER,
                    DNS_TIMEOUT,
                    DNS_TTL,
                    ADDRESSES,
                    MAX_CONCURRENT_STREAMS,
                    SERVER_NAME,
                    UNIX_SOCKET,
                    CLIENT_CERTIFICATE,
                    POOL_METRICS,
                    WIRE_LOG),
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
                    values.get(MAX_STREAM),
                    network(values)));

    private TransportKeys() {}

    private static Transport.Network network(ConfigValues values) {
        Path certificate = values.find(CLIENT_CERTIFICATE);
        return new Transport.Network(
                proxy(values),
                new Transport.Dns(values.get(JVM_RESOLVER), values.get(DNS_TIMEOUT), values.get(DNS_TTL)),
                values.get(ADDRESSES),
                values.get(MAX_CONCURRENT_STREAMS),
                values.find(SERVER_NAME),
                values.find(UNIX_SOCKET),
                certificate == null ? null : identity(certificate),
                new Transport.Netty(
                        null,
                        values.get(POOL_METRICS),
                        values.get(WIRE_LOG) ? WIRE_LOGGER::debug : null,
                        NETWORK.netty().client()));
    }

    private static Transport.ClientCertificate identity(Path file) {
        try {
            return Transport.ClientCertificate.of(file, file);
        } catch (IllegalArgumentException e) {
            throw new InvalidValueException(
                    CLIENT_CERTIFICATE.name(),
                    "cannot be read",
                    "a file with a certificate and its private key (PEM, PKCS #8)");
        }
    }

    private static Transport.Proxy proxy(ConfigValues values) {
        Transport.Proxy proxy = values.find(PROXY);
        String user = values.find(PROXY_USER);
        Secret password = values.find(PROXY_PASSWORD);
        if (proxy == null) {
            if (user != null || password != null || !values.get(NO_PROXY).isEmpty()) {
                throw new InvalidValueException(PROXY.name(), "is missing", "http://host:port");
            }
            return NETWORK.proxy();
        }
        return new Transport.Proxy(proxy.kind(), proxy.host(), proxy.port(), user, password, values.get(NO_PROXY));
    }

    private static Transport.Proxy proxy(String text) {
        if (text.equals("none")) {
            return Transport.Proxy.none();
        }
        Transport.Proxy proxy = Transport.Proxy.of(text);
        if (proxy.user() != null) {
            throw new InvalidValueException(
                    "", "has a user", "a URL without one, and 'proxyUser' and 'proxyPassword' beside it");
        }
        return proxy;
    }

    private static Object written(Transport.Proxy proxy) {
        return proxy.kind() == Transport.Proxy.Kind.NONE
                ? "none"
                : ScalarTypes.label(proxy.kind()) + "://" + proxy.host() + ":" + proxy.port();
    }

    private static ValueType<Path> path(String words) {
        return new ScalarType<>("string", words, Map.of("minLength", 1), Path::of, Path::toString);
    }
}
