package dev.understudy.provider.endpoint;

import java.time.Duration;

/**
 * Options of a provider's connections.
 *
 * @param connect limit for opening a connection, TLS handshake included; 5 s by default
 * @param drain limit for the end of a body after the terminal event of an answer, so that the connection can be reused;
 *     2 s by default
 * @param pool options of the connection pool
 * @param ping liveness check of silent HTTP/2 connections
 * @param wire protocol and encryption; {@link Wire#HTTP2} by default
 * @param tlsTrust trusted certificates; those of the JVM by default
 * @param maxAnswer limit of a whole answer, and of one event of a stream, in bytes; 16 MiB by default
 * @param maxStream limit of a stream with everything in it, in bytes; 64 MiB by default
 */
public record Transport(
        Duration connect,
        Duration drain,
        Pool pool,
        Ping ping,
        Wire wire,
        TlsTrust tlsTrust,
        int maxAnswer,
        int maxStream) {

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

    private static final int MAX_ANSWER = 16 << 20;
    private static final int MAX_STREAM = 64 << 20;

    private static final Transport DEFAULTS = new Transport(
            Duration.ofSeconds(5),
            Duration.ofSeconds(2),
            Pool.defaults(),
            Ping.defaults(),
            Wire.HTTP2,
            TlsTrust.system(),
            MAX_ANSWER,
            MAX_STREAM);

    /**
     * Checks the values.
     *
     * @param connect limit for opening a connection, TLS handshake included
     * @param drain limit for the end of a body after the answer is complete, so that the connection can be reused
     * @param pool options of the connection pool
     * @param ping liveness check of silent HTTP/2 connections
     * @param wire protocol and encryption
     * @param tlsTrust trusted certificates
     * @param maxAnswer limit of a whole answer, and of one event of a stream, in bytes
     * @param maxStream limit of a stream, in bytes
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
     * @param connect limit for opening a connection, TLS handshake included
     * @return a copy with the value
     */
    public Transport withConnect(Duration connect) {
        return new Transport(connect, drain, pool, ping, wire, tlsTrust, maxAnswer, maxStream);
    }

    /**
     * Replaces the limit for the end of a body.
     *
     * @param drain limit for the end of a body after the answer is complete
     * @return a copy with the value
     */
    public Transport withDrain(Duration drain) {
        return new Transport(connect, drain, pool, ping, wire, tlsTrust, maxAnswer, maxStream);
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
        return new Transport(connect, drain, pool, ping, wire, tlsTrust, maxAnswer, maxStream);
    }

    /**
     * Replaces the liveness check of HTTP/2 connections.
     *
     * @param after silence before a PING is sent
     * @param timeout limit for the acknowledgement
     * @return a copy with the values
     */
    public Transport withPing(Duration after, Duration timeout) {
        return new Transport(connect, drain, pool, new Ping(after, timeout), wire, tlsTrust, maxAnswer, maxStream);
    }

    /**
     * Replaces protocol and encryption.
     *
     * @param wire protocol and encryption
     * @return a copy with the value
     */
    public Transport withWire(Wire wire) {
        return new Transport(connect, drain, pool, ping, wire, tlsTrust, maxAnswer, maxStream);
    }

    /**
     * Replaces the trusted certificates.
     *
     * @param tlsTrust trusted certificates
     * @return a copy with the value
     */
    public Transport withTrust(TlsTrust tlsTrust) {
        return new Transport(connect, drain, pool, ping, wire, tlsTrust, maxAnswer, maxStream);
    }

    /**
     * Replaces the limit of a whole answer, and of one event of a stream. Content above it fails the attempt with {@link
     * dev.understudy.chat.FailureKind#PROTOCOL}. Up to four times as much memory may be used for one answer.
     *
     * @param maxAnswer limit in bytes
     * @return a copy with the value
     */
    public Transport withMaxAnswer(int maxAnswer) {
        return new Transport(connect, drain, pool, ping, wire, tlsTrust, maxAnswer, maxStream);
    }

    /**
     * Replaces the limit of a stream, comments and pings included. A longer stream fails with {@link
     * dev.understudy.chat.FailureKind#PROTOCOL}, unless its answer is complete.
     *
     * @param maxStream limit in bytes
     * @return a copy with the value
     */
    public Transport withMaxStream(int maxStream) {
        return new Transport(connect, drain, pool, ping, wire, tlsTrust, maxAnswer, maxStream);
    }

    private static void positive(String what, Duration duration) {
        if (duration.isZero() || duration.isNegative()) {
            throw new IllegalArgumentException(what + " is longer than zero: " + duration);
        }
    }
}
