package dev.understudy.provider;

import java.time.Duration;

/**
 * How a provider's connections behave. Each provider has a pool of its own, so one that hangs cannot starve another.
 *
 * @param connect how long a connection may take to open, TLS included
 * @param acquire how long a call may wait for a free connection of the pool
 * @param drain how long the end of a body is waited for once the answer is complete, so that the connection can be used
 *     again
 * @param idle how long an unused connection is kept
 * @param maxConnections of one provider at a time
 * @param wire how requests travel
 */
public record Transport(
        Duration connect, Duration acquire, Duration drain, Duration idle, int maxConnections, Wire wire) {

    /** How requests travel. Certificates are always checked. */
    public enum Wire {
        /** TLS with HTTP/2 where the server offers it, HTTP/1.1 else. */
        HTTP2,
        /** TLS with HTTP/1.1. */
        HTTP1,
        /** HTTP/1.1 in the clear, even to another machine: keys can be read on the way. Loopback needs no such consent. */
        UNENCRYPTED
    }

    private static final Transport DEFAULTS = new Transport(
            Duration.ofSeconds(5),
            Duration.ofSeconds(2),
            Duration.ofSeconds(2),
            Duration.ofSeconds(30),
            500,
            Wire.HTTP2);

    public Transport {
        positive("connect", connect);
        positive("acquire", acquire);
        positive("drain", drain);
        positive("idle", idle);
        if (maxConnections < 1) {
            throw new IllegalArgumentException("maxConnections is 1 or more: " + maxConnections);
        }
    }

    public static Transport defaults() {
        return DEFAULTS;
    }

    public Transport withConnect(Duration connect) {
        return new Transport(connect, acquire, drain, idle, maxConnections, wire);
    }

    public Transport withAcquire(Duration acquire) {
        return new Transport(connect, acquire, drain, idle, maxConnections, wire);
    }

    public Transport withDrain(Duration drain) {
        return new Transport(connect, acquire, drain, idle, maxConnections, wire);
    }

    public Transport withIdle(Duration idle) {
        return new Transport(connect, acquire, drain, idle, maxConnections, wire);
    }

    public Transport withMaxConnections(int maxConnections) {
        return new Transport(connect, acquire, drain, idle, maxConnections, wire);
    }

    public Transport withWire(Wire wire) {
        return new Transport(connect, acquire, drain, idle, maxConnections, wire);
    }

    private static void positive(String what, Duration duration) {
        if (duration.isZero() || duration.isNegative()) {
            throw new IllegalArgumentException(what + " is longer than zero: " + duration);
        }
    }
}
