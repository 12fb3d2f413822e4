package dev.understudy.gateway;

import java.time.Duration;

/**
 * Limits of the gateway's server, which bound memory and descriptors whatever clients do.
 *
 * @param connections open connections; beyond it the one that has waited longest for a request is closed
 * @param calls concurrent calls, streams included
 * @param bodies bytes of all large request bodies that are being read or answered; parsed and written again, each takes a multiple
 *     of its size
 * @param head time for the head of a request, from its first byte or from the connection
 * @param idle time between two requests of a connection
 * @param body time for the body of a request
 * @param write time in which a client receives nothing of what was written
 * @param drain time for calls in flight after the start of a shutdown
 * @param refusals refused tokens per minute and address after which 429 is the answer
 * @param rejects invalid, too large and too slow requests per minute, key and address after which 429 is the answer
 * @param size bytes of a request body; 16 MiB
 */
record GatewayLimits(
        int connections,
        int calls,
        long bodies,
        Duration head,
        Duration idle,
        Duration body,
        Duration write,
        Duration drain,
        int refusals,
        int rejects,
        int size) {

    /** Default limit of a body, enough for a few images. */
    static final int BODY = 16 << 20;

    static GatewayLimits defaults() {
        return new GatewayLimits(
                512,
                256,
                Math.max(BODY, Runtime.getRuntime().maxMemory() / 16),
                Duration.ofSeconds(10),
                Duration.ofSeconds(60),
                Duration.ofSeconds(30),
                Duration.ofSeconds(60),
                Duration.ofSeconds(30),
                30,
                120,
                BODY);
    }

    GatewayLimits withConnections(int number) {
        return new GatewayLimits(number, calls, bodies, head, idle, body, write, drain, refusals, rejects, size);
    }

    GatewayLimits withCalls(int number) {
        return new GatewayLimits(connections, number, bodies, head, idle, body, write, drain, refusals, rejects, size);
    }

    GatewayLimits withDrain(Duration time) {
        return new GatewayLimits(connections, calls, bodies, head, idle, body, write, time, refusals, rejects, size);
    }

    GatewayLimits withSize(int bytes) {
        return new GatewayLimits(
                connections, calls, Math.max(bodies, bytes), head, idle, body, write, drain, refusals, rejects, bytes);
    }

    GatewayLimits withHead(Duration time) {
        return new GatewayLimits(connections, calls, bodies, time, idle, body, write, drain, refusals, rejects, size);
    }

    GatewayLimits withBodies(long number) {
        return new GatewayLimits(connections, calls, number, head, idle, body, write, drain, refusals, rejects, size);
    }
}
