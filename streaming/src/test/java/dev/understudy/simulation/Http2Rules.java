package dev.understudy.simulation;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Rules that the client keeps on one connection over HTTP/2, read from the frames that it sends. */
final class Http2Rules {

    private static final long SECOND = 1_000_000_000L;

    /** Time in which a request that has its connection already is still sent on it. */
    private static final long CROSSING = 5_000_000;

    /**
     * Longest time until the client closes a connection that receives nothing while a request is open: two periods of
     * its check, the limit for the acknowledgement of a PING, and the way of signals.
     */
    private static final long DEAD = 2 * 10 * SECOND + 5 * SECOND + SECOND;

    private final Network.Connection connection;
    private final long maxLifeTime;
    private final Tasks tasks;
    private final Reached reached;
    private final Consumer<String> violation;
    private final Tasks.Lane lane;
    private final TlsRecords records = new TlsRecords();
    private final Http2Frames frames = new Http2Frames();
    private final Map<Integer, Long> open = new LinkedHashMap<>(); // requests, with the time when they were sent
    private long opened; // its age counts from the settings of the server
    private long lastArrival;
    private long distrusted; // when a request was cancelled that had no answer, 0 if none was
    private boolean pinged;
    private boolean closed;

    Http2Rules(Network.Connection connection, long maxLifeTime, World world) {
        this.connection = connection;
        this.maxLifeTime = maxLifeTime;
        this.tasks = world.tasks();
        this.reached = world.reached();
        this.violation = world.violations();
        this.lane = new Tasks.Lane("rules of " + connection);
        this.lastArrival = tasks.now();
    }

    /** Takes the records that the client sends. */
    void sent(byte[] bytes) {
        records.received(bytes, (type, content) -> {
            if (type == TlsRecords.DATA) {
                frames.received(content, (kind, flags, stream, rest) -> frame(kind, flags, stream));
            }
        });
    }

    private void frame(int type, int flags, int stream) {
        switch (type) {
            case Http2Frames.HEADERS -> {
                if (distrusted > 0 && tasks.now() - distrusted > CROSSING) {
                    violation.accept("a request on " + connection + " " + (tasks.now() - distrusted) / 1_000_000
                            + " ms after one without any answer was cancelled there");
                }
                if (tasks.now() - opened - CROSSING > maxLifeTime) {
                    violation.accept("a request on " + connection + ", which is " + (tasks.now() - opened) / 1_000_000
                            + " ms old");
                }
                if (connection.isReplacement()) {
                    reached.add("HTTP/2 connection replaced after a request without any answer");
                }
                open.put(stream, tasks.now());
                tasks.schedule(lane, DEAD, () -> checkDead(stream));
            }
            case Http2Frames.RESET -> {
                Long sent = open.remove(stream);
                if (sent != null && lastArrival < sent && distrusted == 0) {
                    distrusted = tasks.now();
                    connection.replaced();
                }
            }
            case Http2Frames.SETTINGS -> {
                if ((flags & Http2Frames.ACK) != 0) {
                    opened = tasks.now();
                }
            }
            case Http2Frames.PING -> pinged |= (flags & Http2Frames.ACK) == 0 && connection.isDead();
            default -> {}
        }
    }

    private void checkDead(int stream) {
        Long sent = open.get(stream);
        if (!closed && sent != null && lastArrival < sent) {
            violation.accept("a request waits on " + connection + ", which received nothing for "
                    + (tasks.now() - sent) / 1_000_000 + " ms");
        }
    }

    /** Returns false if the client gave up a request. */
    boolean awaits(int stream) {
        return open.containsKey(stream);
    }

    /** The client received bytes. */
    void arrived() {
        lastArrival = tasks.now();
    }

    void closed() {
        closed = true;
        if (connection.isDead() && pinged) {
            reached.add("dead HTTP/2 connection found by PING");
        }
    }
}
