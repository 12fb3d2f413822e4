package dev.understudy.provider.endpoint;

import java.time.Duration;

/**
 * How a provider's connections behave.
 *
 * @param connect how long a connection may take to open, TLS included
 * @param drain how long the end of a body is waited for once the answer is complete, so that the connection can be used
 *     again
 * @param pool how connections are kept
 * @param ping how silent HTTP/2 connections are checked
 * @param wire how requests travel
 * @param tlsTrust whose certificates are believed
 */
public record Transport(Duration connect, Duration drain, Pool pool, Ping ping, Wire wire, TlsTrust tlsTrust) {

    /** How requests travel. Certificates are always checked. */
    public enum Wire {
        /** TLS with HTTP/2 where the server offers it, HTTP/1.1 else. */
        HTTP2,
        /** TLS with HTTP/1.1. */
        HTTP1,
        /** HTTP/1.1 in the clear, even to another machine: keys can be read on the way. Loopback needs no such consent. */
        UNENCRYPTED
    }

    /**
     * How connections are kept. Each provider has a pool of its own, so one that hangs cannot starve another.
     *
     * @param acquire how long a call may wait when all connections are in use; short, so that another provider is asked soon.
     *     A connection that is being opened is waited for as long as that may take
     * @param idle how long an unused connection is kept
     * @param maxLifeTime age at which a connection gets no further requests; those on it may end. The host's name is looked
     *     up again for the next one
     * @param maxConnections of one provider at a time; over HTTP/2 each carries up to 100 requests
     */
    public record Pool(Duration acquire, Duration idle, Duration maxLifeTime, int maxConnections) {

        private static final Pool DEFAULTS =
                new Pool(Duration.ofMillis(250), Duration.ofSeconds(30), Duration.ofMinutes(10), 500);

        public Pool {
            positive("acquire", acquire);
            positive("idle", idle);
            positive("maxLifeTime", maxLifeTime);
            if (maxConnections < 1) {
                throw new IllegalArgumentException("maxConnections is 1 or more: " + maxConnections);
            }
        }

        public static Pool defaults() {
            return DEFAULTS;
        }
    }

    /**
     * How an HTTP/2 connection is checked while requests on it wait for bytes. One PING is sent at a time; any byte from the
     * server is an acknowledgement. Without one the connection is closed, which ends its requests.
     *
     * @param after silence of a connection with open requests before a PING is sent
     * @param timeout how long the acknowledgement is waited for
     */
    public record Ping(Duration after, Duration timeout) {

        private static final Ping DEFAULTS = new Ping(Duration.ofSeconds(10), Duration.ofSeconds(5));

        public Ping {
            positive("after", after);
            positive("timeout", timeout);
        }

        public static Ping defaults() {
            return DEFAULTS;
        }
    }

    private static final Transport DEFAULTS = new Transport(
            Duration.ofSeconds(5),
            Duration.ofSeconds(2),
            Pool.defaults(),
            Ping.defaults(),
            Wire.HTTP2,
            TlsTrust.system());

    public Transport {
        positive("connect", connect);
        positive("drain", drain);
    }

    public static Transport defaults() {
        return DEFAULTS;
    }

    public Transport withConnect(Duration connect) {
        return new Transport(connect, drain, pool, ping, wire, tlsTrust);
    }

    public Transport withDrain(Duration drain) {
        return new Transport(connect, drain, pool, ping, wire, tlsTrust);
    }

    public Transport withAcquire(Duration acquire) {
        return withPool(new Pool(acquire, pool.idle, pool.maxLifeTime, pool.maxConnections));
    }

    public Transport withIdle(Duration idle) {
        return withPool(new Pool(pool.acquire, idle, pool.maxLifeTime, pool.maxConnections));
    }

    public Transport withMaxLifeTime(Duration maxLifeTime) {
        return withPool(new Pool(pool.acquire, pool.idle, maxLifeTime, pool.maxConnections));
    }

    public Transport withMaxConnections(int maxConnections) {
        return withPool(new Pool(pool.acquire, pool.idle, pool.maxLifeTime, maxConnections));
    }

    public Transport withPool(Pool pool) {
        return new Transport(connect, drain, pool, ping, wire, tlsTrust);
    }

    public Transport withPing(Duration after, Duration timeout) {
        return new Transport(connect, drain, pool, new Ping(after, timeout), wire, tlsTrust);
    }

    public Transport withWire(Wire wire) {
        return new Transport(connect, drain, pool, ping, wire, tlsTrust);
    }

    public Transport withTrust(TlsTrust tlsTrust) {
        return new Transport(connect, drain, pool, ping, wire, tlsTrust);
    }

    private static void positive(String what, Duration duration) {
        if (duration.isZero() || duration.isNegative()) {
            throw new IllegalArgumentException(what + " is longer than zero: " + duration);
        }
    }
}
