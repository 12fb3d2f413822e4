package dev.understudy.provider.endpoint;

import java.net.InetAddress;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.LoopResources;

/**
 * Options of a provider's connections.
 *
 * @param connect limit for opening a connection, TLS handshake and first SETTINGS of HTTP/2 included; 5 s by default
 * @param drain limit for the end of a body after the terminal event of an answer, so that the connection can be reused;
 *     2 s by default
 * @param pool options of the connection pool
 * @param ping liveness check of silent HTTP/2 connections
 * @param wire protocol and encryption; {@link Wire#HTTP2} by default
 * @param tlsTrust trusted certificates; those of the JVM by default
 * @param maxAnswer limit of a whole answer, and of one event of a stream, in bytes; 16 MiB by default
 * @param maxStream limit of a stream with everything in it, in bytes; 64 MiB by default
 * @param network way to the server: proxy, names, socket, client certificate
 */
public record Transport(
        Duration connect,
        Duration drain,
        Pool pool,
        Ping ping,
        Wire wire,
        TlsTrust tlsTrust,
        int maxAnswer,
        int maxStream,
        Network network) {

    /** Protocol and encryption. Certificates are always checked. */
    public enum Wire {
        /** TLS, with HTTP/2 where the server offers it, else HTTP/1.1. */
        HTTP2,
        /** TLS with HTTP/1.1. */
        HTTP1,
        /**
         * HTTP/1.1 without encryption, to remote machines too: keys can be read on the way. Loopback needs no such
         * consent.
         */
        UNENCRYPTED
    }

    /**
     * Options of the connection pool. Each provider has its own pool, so a provider that hangs cannot exhaust the
     * connections of another.
     *
     * @param acquire limit for waiting when all connections are in use, 250 ms by default; short, so that another
     *     provider is asked soon. A connection that is being opened is awaited up to the connect limit
     * @param idle time after which an unused connection is closed; 30 s by default
     * @param maxLifeTime age after which a connection gets no further requests, 10 min by default; requests on it are
     *     finished. The next connection resolves the host's name again
     * @param maxConnections limit of open connections, 500 by default; over HTTP/2 each carries up to 100 requests
     */
    public record Pool(Duration acquire, Duration idle, Duration maxLifeTime, int maxConnections) {

        private static final Pool DEFAULTS =
                new Pool(Duration.ofMillis(250), Duration.ofSeconds(30), Duration.ofMinutes(10), 500);

        /**
         * Checks the values.
         *
         * @param acquire limit for waiting when all connections are in use
         * @param idle time after which an unused connection is closed
         * @param maxLifeTime age after which a connection gets no further requests
         * @param maxConnections limit of open connections
         * @throws IllegalArgumentException if a duration is not positive or {@code maxConnections} is below 1
         */
        public Pool {
            positive("acquire", acquire);
            positive("idle", idle);
            positive("maxLifeTime", maxLifeTime);
            if (maxConnections < 1) {
                throw new IllegalArgumentException("maxConnections is 1 or more: " + maxConnections);
            }
        }

        /**
         * The default options.
         *
         * @return the defaults
         */
        public static Pool defaults() {
            return DEFAULTS;
        }
    }

    /**
     * Liveness check of an HTTP/2 connection while its requests wait for bytes. One PING is sent at a time, and any
     * byte from the server acknowledges it. A connection without acknowledgement is closed, which fails its requests.
     *
     * @param after silence of a connection with open requests before a PING is sent; 10 s by default
     * @param timeout limit for the acknowledgement; 5 s by default
     */
    public record Ping(Duration after, Duration timeout) {

        private static final Ping DEFAULTS = new Ping(Duration.ofSeconds(10), Duration.ofSeconds(5));

        /**
         * Checks the values.
         *
         * @param after silence of a connection with open requests before a PING is sent
         * @param timeout limit for the acknowledgement
         * @throws IllegalArgumentException if a duration is not positive
         */
        public Ping {
            positive("after", after);
            positive("timeout", timeout);
        }

        /**
         * The default options.
         *
         * @return the defaults
         */
        public static Ping defaults() {
            return DEFAULTS;
        }
    }

    /**
     * Addresses that may be connected to. The address itself is checked when a connection is opened, so a name that resolves
     * to another address later gains nothing. A proxy is not checked; it resolves names itself.
     */
    public enum Addresses {
        /** Addresses of the internet only. */
        PUBLIC,
        /**
         * Also those of this machine and of private networks, but not link-local ones, where clouds serve metadata and
         * credentials of a machine, other addresses of such services, or multicast.
         */
        PRIVATE,
        /** All addresses. */
        ANY;

        /**
         * Returns true if the address may be connected to.
         *
         * @param address the address
         * @return true if the address may be connected to
         */
        public boolean allows(InetAddress address) {
            return switch (this) {
                case PUBLIC -> !AddressRanges.isMetadata(address) && !AddressRanges.isPrivate(address);
                case PRIVATE -> !AddressRanges.isMetadata(address);
                case ANY -> true;
            };
        }
    }

    private static final int MAX_ANSWER = 16 << 20;
    private static final int MAX_STREAM = 64 << 20;

    /**
     * Way to the server.
     *
     * @param proxy proxy; by default the one that the JVM's properties or the environment name
     * @param dns resolution of host names
     * @param addresses addresses that may be connected to; {@link Addresses#PRIVATE} by default
     * @param maxConcurrentStreams limit of concurrent requests on one HTTP/2 connection, 100 by default; a server may allow fewer
     * @param serverName host name that is sent and checked in the TLS handshake; {@code null} for that of the URL
     * @param unixSocket path of a Unix domain socket that is connected to instead of the host of the URL; {@code null}
     *     for none. Needs Netty's native transport: present on Linux, an own dependency on macOS
     * @param certificate certificate by which this client identifies itself; {@code null} for none
     * @param netty event loops, metrics and log of the connections
     */
    public record Network(
            Proxy proxy,
            Dns dns,
            Addresses addresses,
            int maxConcurrentStreams,
            @Nullable String serverName,
            @Nullable Path unixSocket,
            @Nullable ClientCertificate certificate,
            Netty netty) {

        private static final Network DEFAULTS =
                new Network(Proxy.system(), Dns.defaults(), Addresses.PRIVATE, 100, null, null, null, Netty.defaults());

        /**
         * Checks the values.
         *
         * @param proxy proxy
         * @param dns resolution of host names
         * @param addresses addresses that may be connected to
         * @param maxConcurrentStreams limit of concurrent requests on one HTTP/2 connection
         * @param serverName host name of the TLS handshake
         * @param unixSocket path of a Unix domain socket
         * @param certificate certificate by which this client identifies itself
         * @param netty event loops, metrics and log of the connections
         * @throws IllegalArgumentException if {@code maxConcurrentStreams} is not from 1 to 10,000
         */
        public Network {
            Objects.requireNonNull(proxy, "proxy");
            Objects.requireNonNull(dns, "dns");
            Objects.requireNonNull(addresses, "addresses");
            Objects.requireNonNull(netty, "netty");
            if (maxConcurrentStreams < 1 || maxConcurrentStreams > 10_000) {
                throw new IllegalArgumentException("maxConcurrentStreams is from 1 to 10000: " + maxConcurrentStreams);
            }
        }

        /**
         * The default way.
         *
         * @return the defaults
         */
        public static Network defaults() {
            return DEFAULTS;
        }

        @Override
        public String toString() {
            return "Network[proxy=" + proxy + ", dns=" + dns + ", addresses=" + addresses + ", maxConcurrentStreams="
                    + maxConcurrentStreams
                    + ", serverName=" + serverName + ", unixSocket=" + unixSocket + ", certificate=" + certificate
                    + ", netty=" + netty + "]";
        }
    }

    /**
     * Event loops, metrics and log of a provider's connections.
     *
     * @param eventLoops event loops of the connections; {@code null}, the default, for those that all clients of
     *     reactor-netty share. The provider does not dispose of them
     * @param poolMetrics {@code true} to register the meters of the connection pool (connections in use, idle and
     *     waited for) in Micrometer's global registry; needs Micrometer on the class path; {@code false} by default
     * @param wireLog receives one line for each part of a request or response, and for the opening and the end of a
     *     connection; {@code null}, the default, for none. Lines have times and sizes, status and method, the path
     *     without its query, names of header fields, and values of those that cannot hold a secret; never a key, a
     *     prompt or an answer. Called on event loops: must not block. Exceptions are dropped
     * @param client last change to the HTTP client of reactor-netty, for what has no option: socket options, a name
     *     resolver. Limits, protocol, retries and redirects are set afterwards and cannot be changed
     */
    public record Netty(
            @Nullable LoopResources eventLoops,
            boolean poolMetrics,
            @Nullable Consumer<String> wireLog,
            UnaryOperator<HttpClient> client) {

        private static final Netty DEFAULTS = new Netty(null, false, null, UnaryOperator.identity());

        /**
         * Checks the values.
         *
         * @param eventLoops event loops of the connections
         * @param poolMetrics {@code true} to register the meters of the connection pool
         * @param wireLog receives one line for each part of a request or response
         * @param client last change to the HTTP client
         */
        public Netty {
            Objects.requireNonNull(client, "client");
        }

        /**
         * The default options.
         *
         * @return the defaults
         */
        public static Netty defaults() {
            return DEFAULTS;
        }

        @Override
        public String toString() {
            return "Netty[eventLoops=" + (eventLoops != null) + ", poolMetrics=" + poolMetrics + ", wireLog="
                    + (wireLog != null) + "]";
        }
    }

    /**
     * Proxy between this client and the server. An HTTP proxy is asked to {@code CONNECT}, so it sees the host but not
     * the request of an https URL. Host names are resolved by the proxy.
     *
     * @param kind protocol of the proxy, or where it is looked up
     * @param host host of the proxy; "" for {@link Kind#SYSTEM} and {@link Kind#NONE}
     * @param port port of the proxy; 0 for {@link Kind#SYSTEM} and {@link Kind#NONE}
     * @param user user name; {@code null} for none
     * @param password password; {@code null} for none
     * @param except hosts that are reached directly: a host name, which includes its subdomains; {@code *} for any text;
     *     an address or a range such as {@code 10.0.0.0/8}; each with an optional {@code :port}
     */
    public record Proxy(
            Kind kind,
            String host,
            int port,
            @Nullable String user,
            @Nullable Secret password,
            List<String> except) {

        /** Protocol of a proxy, or where it is looked up. */
        public enum Kind {
            /**
             * The proxy of the JVM's properties ({@code https.proxyHost}, {@code http.proxyHost}, {@code socksProxyHost},
             * {@code http.nonProxyHosts}), else of the environment ({@code HTTPS_PROXY}, {@code http_proxy},
             * {@code ALL_PROXY}, {@code NO_PROXY}), read when a provider is created. Loopback is reached directly.
             */
            SYSTEM,
            /** No proxy. */
            NONE,
            /** HTTP proxy with {@code CONNECT}. */
            HTTP,
            /** SOCKS proxy of version 4. */
            SOCKS4,
            /** SOCKS proxy of version 5. */
            SOCKS5
        }

        private static final Proxy SYSTEM = new Proxy(Kind.SYSTEM, "", 0, null, null, List.of());
        private static final Proxy NONE = new Proxy(Kind.NONE, "", 0, null, null, List.of());

        /**
         * Checks the values.
         *
         * @param kind protocol of the proxy, or where it is looked up
         * @param host host of the proxy
         * @param port port of the proxy
         * @param user user name
         * @param password password
         * @param except hosts that are reached directly
         * @throws IllegalArgumentException if the proxy has a kind of its own but no host or no port
         */
        public Proxy {
            Objects.requireNonNull(kind, "kind");
            except = List.copyOf(except);
            boolean named = kind != Kind.SYSTEM && kind != Kind.NONE;
            if (named && (host.isBlank() || port < 1 || port > 65_535)) {
                throw new IllegalArgumentException("A proxy has a host, and a port from 1 to 65535");
            }
        }

        /**
         * The proxy that the JVM's properties or the environment name; the default.
         *
         * @return the default
         */
        public static Proxy system() {
            return SYSTEM;
        }

        /**
         * No proxy, whatever the JVM's properties and the environment name.
         *
         * @return no proxy
         */
        public static Proxy none() {
            return NONE;
        }

        /**
         * An HTTP proxy.
         *
         * @param host host of the proxy
         * @param port port of the proxy
         * @return the proxy
         */
        public static Proxy http(String host, int port) {
            return new Proxy(Kind.HTTP, host, port, null, null, List.of());
        }

        /**
         * A SOCKS proxy of version 5.
         *
         * @param host host of the proxy
         * @param port port of the proxy
         * @return the proxy
         */
        public static Proxy socks5(String host, int port) {
            return new Proxy(Kind.SOCKS5, host, port, null, null, List.of());
        }

        /**
         * Reads a proxy from a URL, as in {@code HTTPS_PROXY}.
         *
         * @param url {@code http://host:port} or {@code socks5://user:password@host:port}; the scheme is http, socks4
         *     or socks5, http without one; user and password are percent-encoded; the port is 80 or 1080 by default
         * @return the proxy
         * @throws IllegalArgumentException if the URL cannot be read or its scheme is not supported; the message
         *     contains no password
         */
        public static Proxy of(String url) {
            ProxyUrl parts = ProxyUrl.parse(url);
            return new Proxy(
                    Kind.valueOf(parts.scheme().toUpperCase(Locale.ROOT)),
                    parts.host(),
                    parts.port(),
                    parts.user(),
                    parts.password(),
                    List.of());
        }

        /**
         * Adds a user and a password.
         *
         * @param user user name
         * @param password password in visible ASCII
         * @return a copy with the values
         */
        public Proxy withCredentials(String user, Secret password) {
            return new Proxy(kind, host, port, user, password, except);
        }

        /**
         * Replaces the hosts that are reached directly.
         *
         * @param except hosts, as in {@link #except}
         * @return a copy with the value
         */
        public Proxy withExcept(String... except) {
            return new Proxy(kind, host, port, user, password, List.of(except));
        }
    }

    /**
     * Resolution of host names. Proxies resolve names themselves.
     *
     * @param jvm {@code true} to resolve by the JVM, which knows {@code /etc/hosts} and the JVM's security properties but
     *     blocks a thread of its own; {@code false} for the non-blocking resolver of Netty, the default
     * @param timeout limit for one query of Netty's resolver; 5 s by default
     * @param maxTtl limit for using an address that Netty's resolver found, whatever its record allows; zero, the default,
     *     for no limit. The JVM's has {@code networkaddress.cache.ttl}
     */
    public record Dns(boolean jvm, Duration timeout, Duration maxTtl) {

        private static final Dns DEFAULTS = new Dns(false, Duration.ofSeconds(5), Duration.ZERO);

        /**
         * Checks the values.
         *
         * @param jvm {@code true} to resolve by the JVM
         * @param timeout limit for one query
         * @param maxTtl limit for using an address
         * @throws IllegalArgumentException if {@code timeout} is not positive or {@code maxTtl} is negative
         */
        public Dns {
            positive("timeout", timeout);
            if (maxTtl.isNegative()) {
                throw new IllegalArgumentException("maxTtl is zero or more: " + maxTtl);
            }
        }

        /**
         * The default resolution.
         *
         * @return the defaults
         */
        public static Dns defaults() {
            return DEFAULTS;
        }

        /**
         * Resolution by the JVM.
         *
         * @return resolution by the JVM
         */
        public static Dns ofJvm() {
            return new Dns(true, DEFAULTS.timeout, DEFAULTS.maxTtl);
        }
    }

    /**
     * Certificate by which a client identifies itself to servers that ask for one (mutual TLS).
     *
     * @param chain the certificate, followed by those of its issuers
     * @param key private key of the certificate; never shown
     */
    public record ClientCertificate(List<X509Certificate> chain, PrivateKey key) {

        /**
         * Checks that there is a certificate.
         *
         * @param chain the certificate, followed by those of its issuers
         * @param key private key of the certificate
         * @throws IllegalArgumentException if the chain is empty
         */
        public ClientCertificate {
            chain = List.copyOf(chain);
            Objects.requireNonNull(key, "key");
            if (chain.isEmpty()) {
                throw new IllegalArgumentException("There is no client certificate");
            }
        }

        /**
         * Reads certificate and key. Reads the files at once and blocks.
         *
         * @param chain file with the certificate and its issuers in PEM
         * @param key file with the private key in PEM: PKCS #8, not encrypted
         * @return the certificate
         * @throws IllegalArgumentException if a file cannot be read; the message has no part of the key
         */
        public static ClientCertificate of(Path chain, Path key) {
            return new ClientCertificate(PemFiles.certificates(chain), PemFiles.privateKey(key));
        }

        @Override
        public String toString() {
            return "ClientCertificate[chain=" + chain.size() + "]";
        }
    }

    private static final Transport DEFAULTS = new Transport(
            Duration.ofSeconds(5),
            Duration.ofSeconds(2),
            Pool.defaults(),
            Ping.defaults(),
            Wire.HTTP2,
            TlsTrust.system(),
            MAX_ANSWER,
            MAX_STREAM,
            Network.defaults());

    /**
     * Checks the values.
     *
     * @param connect limit for opening a connection, TLS handshake and first SETTINGS of HTTP/2 included
     * @param drain limit for the end of a body after the answer is complete, so that the connection can be reused
     * @param pool options of the connection pool
     * @param ping liveness check of silent HTTP/2 connections
     * @param wire protocol and encryption
     * @param tlsTrust trusted certificates
     * @param maxAnswer limit of a whole answer, and of one event of a stream, in bytes
     * @param maxStream limit of a stream, in bytes
     * @param network way to the server
     * @throws IllegalArgumentException if a duration is not positive or a limit is below 1
     */
    public Transport {
        positive("connect", connect);
        positive("drain", drain);
        if (maxAnswer < 1 || maxStream < 1) {
            throw new IllegalArgumentException("A limit is 1 byte or more: " + maxAnswer + ", " + maxStream);
        }
    }

    /**
     * The default options.
     *
     * @return the defaults
     */
    public static Transport defaults() {
        return DEFAULTS;
    }

    /**
     * Replaces the limit for opening a connection.
     *
     * @param connect limit for opening a connection, TLS handshake and first SETTINGS of HTTP/2 included
     * @return a copy with the value
     */
    public Transport withConnect(Duration connect) {
        return new Transport(connect, drain, pool, ping, wire, tlsTrust, maxAnswer, maxStream, network);
    }

    /**
     * Replaces the limit for the end of a body.
     *
     * @param drain limit for the end of a body after the answer is complete
     * @return a copy with the value
     */
    public Transport withDrain(Duration drain) {
        return new Transport(connect, drain, pool, ping, wire, tlsTrust, maxAnswer, maxStream, network);
    }

    /**
     * Replaces the limit for waiting on a pool whose connections are all in use.
     *
     * @param acquire limit for waiting
     * @return a copy with the value
     */
    public Transport withAcquire(Duration acquire) {
        return withPool(new Pool(acquire, pool.idle, pool.maxLifeTime, pool.maxConnections));
    }

    /**
     * Replaces the time after which an unused connection is closed.
     *
     * @param idle time without use
     * @return a copy with the value
     */
    public Transport withIdle(Duration idle) {
        return withPool(new Pool(pool.acquire, idle, pool.maxLifeTime, pool.maxConnections));
    }

    /**
     * Replaces the age after which a connection gets no further requests.
     *
     * @param maxLifeTime age of a connection
     * @return a copy with the value
     */
    public Transport withMaxLifeTime(Duration maxLifeTime) {
        return withPool(new Pool(pool.acquire, pool.idle, maxLifeTime, pool.maxConnections));
    }

    /**
     * Replaces the limit of open connections.
     *
     * @param maxConnections limit, 1 or more
     * @return a copy with the value
     */
    public Transport withMaxConnections(int maxConnections) {
        return withPool(new Pool(pool.acquire, pool.idle, pool.maxLifeTime, maxConnections));
    }

    /**
     * Replaces the options of the connection pool.
     *
     * @param pool options of the connection pool
     * @return a copy with the value
     */
    public Transport withPool(Pool pool) {
        return new Transport(connect, drain, pool, ping, wire, tlsTrust, maxAnswer, maxStream, network);
    }

    /**
     * Replaces the liveness check of HTTP/2 connections.
     *
     * @param after silence before a PING is sent
     * @param timeout limit for the acknowledgement
     * @return a copy with the values
     */
    public Transport withPing(Duration after, Duration timeout) {
        return new Transport(
                connect, drain, pool, new Ping(after, timeout), wire, tlsTrust, maxAnswer, maxStream, network);
    }

    /**
     * Replaces protocol and encryption.
     *
     * @param wire protocol and encryption
     * @return a copy with the value
     */
    public Transport withWire(Wire wire) {
        return new Transport(connect, drain, pool, ping, wire, tlsTrust, maxAnswer, maxStream, network);
    }

    /**
     * Replaces the trusted certificates.
     *
     * @param tlsTrust trusted certificates
     * @return a copy with the value
     */
    public Transport withTrust(TlsTrust tlsTrust) {
        return new Transport(connect, drain, pool, ping, wire, tlsTrust, maxAnswer, maxStream, network);
    }

    /**
     * Replaces the limit of a whole answer, and of one event of a stream. Content above it fails the attempt with {@link
     * dev.understudy.chat.FailureKind#PROTOCOL}. Up to four times as much memory may be used for one answer.
     *
     * @param maxAnswer limit in bytes
     * @return a copy with the value
     */
    public Transport withMaxAnswer(int maxAnswer) {
        return new Transport(connect, drain, pool, ping, wire, tlsTrust, maxAnswer, maxStream, network);
    }

    /**
     * Replaces the limit of a stream, comments and pings included. A longer stream fails with {@link
     * dev.understudy.chat.FailureKind#PROTOCOL}, unless its answer is complete.
     *
     * @param maxStream limit in bytes
     * @return a copy with the value
     */
    public Transport withMaxStream(int maxStream) {
        return new Transport(connect, drain, pool, ping, wire, tlsTrust, maxAnswer, maxStream, network);
    }

    /**
     * Replaces the way to the server.
     *
     * @param network way to the server
     * @return a copy with the value
     */
    public Transport withNetwork(Network network) {
        return new Transport(connect, drain, pool, ping, wire, tlsTrust, maxAnswer, maxStream, network);
    }

    /**
     * Replaces the proxy.
     *
     * @param proxy proxy, or {@link Proxy#none()}
     * @return a copy with the value
     */
    public Transport withProxy(Proxy proxy) {
        return withNetwork(new Network(
                proxy,
                network.dns,
                network.addresses,
                network.maxConcurrentStreams,
                network.serverName,
                network.unixSocket,
                network.certificate,
                network.netty));
    }

    /**
     * Replaces the resolution of host names.
     *
     * @param dns resolution of host names
     * @return a copy with the value
     */
    public Transport withDns(Dns dns) {
        return withNetwork(new Network(
                network.proxy,
                dns,
                network.addresses,
                network.maxConcurrentStreams,
                network.serverName,
                network.unixSocket,
                network.certificate,
                network.netty));
    }

    /**
     * Replaces the addresses that may be connected to.
     *
     * @param addresses addresses that may be connected to
     * @return a copy with the value
     */
    public Transport withAddresses(Addresses addresses) {
        return withNetwork(new Network(
                network.proxy,
                network.dns,
                addresses,
                network.maxConcurrentStreams,
                network.serverName,
                network.unixSocket,
                network.certificate,
                network.netty));
    }

    /**
     * Replaces the limit of concurrent requests on one HTTP/2 connection.
     *
     * @param maxConcurrentStreams limit, from 1 to 10,000
     * @return a copy with the value
     */
    public Transport withMaxConcurrentStreams(int maxConcurrentStreams) {
        return withNetwork(new Network(
                network.proxy,
                network.dns,
                network.addresses,
                maxConcurrentStreams,
                network.serverName,
                network.unixSocket,
                network.certificate,
                network.netty));
    }

    /**
     * Replaces the host name of the TLS handshake (SNI). The server's certificate must have this name.
     *
     * @param serverName host name; {@code null} for that of the URL
     * @return a copy with the value
     */
    public Transport withServerName(@Nullable String serverName) {
        return withNetwork(new Network(
                network.proxy,
                network.dns,
                network.addresses,
                network.maxConcurrentStreams,
                serverName,
                network.unixSocket,
                network.certificate,
                network.netty));
    }

    /**
     * Connects to a Unix domain socket instead of the host of the URL, whose scheme must be http.
     *
     * @param unixSocket path of the socket; {@code null} for none
     * @return a copy with the value
     */
    public Transport withUnixSocket(@Nullable Path unixSocket) {
        return withNetwork(new Network(
                network.proxy,
                network.dns,
                network.addresses,
                network.maxConcurrentStreams,
                network.serverName,
                unixSocket,
                network.certificate,
                network.netty));
    }

    /**
     * Replaces the certificate by which this client identifies itself.
     *
     * @param certificate the certificate; {@code null} for none
     * @return a copy with the value
     */
    public Transport withClientCertificate(@Nullable ClientCertificate certificate) {
        return withNetwork(new Network(
                network.proxy,
                network.dns,
                network.addresses,
                network.maxConcurrentStreams,
                network.serverName,
                network.unixSocket,
                certificate,
                network.netty));
    }

    /**
     * Replaces the event loops of the connections. The provider does not dispose of them.
     *
     * @param eventLoops event loops; {@code null} for those that all clients of reactor-netty share
     * @return a copy with the value
     */
    public Transport withEventLoops(@Nullable LoopResources eventLoops) {
        Netty netty = network.netty;
        return withNetty(new Netty(eventLoops, netty.poolMetrics, netty.wireLog, netty.client));
    }

    /**
     * Sets whether the meters of the connection pool are registered in Micrometer's global registry.
     *
     * @param poolMetrics {@code true} to register them; needs Micrometer on the class path
     * @return a copy with the value
     */
    public Transport withPoolMetrics(boolean poolMetrics) {
        Netty netty = network.netty;
        return withNetty(new Netty(netty.eventLoops, poolMetrics, netty.wireLog, netty.client));
    }

    /**
     * Replaces the receiver of the wire log, which has neither keys nor prompts nor answers.
     *
     * @param wireLog receives the lines on event loops; {@code null} for none
     * @return a copy with the value
     */
    public Transport withWireLog(@Nullable Consumer<String> wireLog) {
        Netty netty = network.netty;
        return withNetty(new Netty(netty.eventLoops, netty.poolMetrics, wireLog, netty.client));
    }

    /**
     * Replaces the last change to the HTTP client of reactor-netty, for what has no option here: socket options, a name
     * resolver.
     *
     * @param client changes the client; called when a provider is created
     * @return a copy with the value
     */
    public Transport withClient(UnaryOperator<HttpClient> client) {
        Netty netty = network.netty;
        return withNetty(new Netty(netty.eventLoops, netty.poolMetrics, netty.wireLog, client));
    }

    private Transport withNetty(Netty netty) {
        return withNetwork(new Network(
                network.proxy,
                network.dns,
                network.addresses,
                network.maxConcurrentStreams,
                network.serverName,
                network.unixSocket,
                network.certificate,
                netty));
    }

    private static void positive(String what, Duration duration) {
        if (duration.isZero() || duration.isNegative()) {
            throw new IllegalArgumentException(what + " is longer than zero: " + duration);
        }
    }
}
