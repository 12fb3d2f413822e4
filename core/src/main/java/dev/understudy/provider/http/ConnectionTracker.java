package dev.understudy.provider.http;

import io.netty.channel.Channel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/** Connections of one provider, from the start of their opening to their end. Thread-safe. */
final class ConnectionTracker {

    /**
     * Time during which further openings fail at once after one that timed out. Calls that waited for it would
     * otherwise try in turn, each for the whole limit.
     */
    private static final Duration REFUSAL = Duration.ofMillis(200);

    private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
    private final AtomicInteger opening = new AtomicInteger();
    private final AtomicInteger dead = new AtomicInteger();
    private final LongSupplier nanos;
    private volatile long refusedUntil;
    private volatile boolean refusing;
    private volatile boolean closed;

    /** @param nanos a monotonic clock */
    ConnectionTracker(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** Returns the reading of the clock. */
    long nanos() {
        return nanos.getAsLong();
    }

    /** Records the start of an opening. */
    void opening(Channel channel) {
        opening.incrementAndGet();
        channels.add(channel);
    }

    /** Closes connections that are being opened; later openings fail at once. */
    void closeOpening() {
        closed = true;
        channels.close(channel -> {
            ConnectionWatch watch = ConnectionWatch.of(channel);
            return watch != null && watch.isOpening();
        });
    }

    /**
     * Closes all connections, present and later ones.
     *
     * @param done called when the present ones are closed
     */
    void closeAll(Runnable done) {
        closed = true;
        channels.close(any -> true).addListener(all -> done.run());
    }

    /**
     * Records the end of an opening, once for each.
     *
     * @param late true if the time limit ended it
     */
    void settled(boolean late) {
        opening.decrementAndGet();
        if (late) {
            refusedUntil = nanos.getAsLong() + REFUSAL.toNanos();
            refusing = true;
        }
    }

    /** Records that a connection which had served before was found dead. */
    void foundDead() {
        dead.incrementAndGet();
    }

    /**
     * Number of connections found dead so far. A connection that received nothing since the newest of them is
     * presumably dead as well. A count, because the clock of the pool is too coarse: it takes a connection that became
     * idle less than a millisecond ago for one in use.
     */
    int dead() {
        return dead.get();
    }

    /** Returns true while a connection is being opened. */
    boolean isOpening() {
        return opening.get() > 0;
    }

    /** Returns true while openings fail at once. */
    boolean isRefusing() {
        return closed || (refusing && refusedUntil - nanos.getAsLong() > 0);
    }
}
