package dev.understudy.provider.http;

import io.netty.channel.Channel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/** The connections of one provider, from the moment they begin to open. Safe for use by many threads. */
final class ConnectionTracker {

    /**
     * Time in which further openings fail at once after one that failed by its time limit. Calls that waited for that one would
     * otherwise try it one after another, each for the whole limit.
     */
    private static final Duration REFUSAL = Duration.ofMillis(200);

    private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
    private final AtomicInteger opening = new AtomicInteger();
    private final LongSupplier nanos;
    private volatile long refusedUntil;
    private volatile boolean refusing;
    private volatile boolean closed;
    private volatile boolean distrusting;
    private volatile long distrustedBefore;

    /** @param nanos a clock that never goes back */
    ConnectionTracker(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** Notes a connection that begins to open. */
    void opening(Channel channel) {
        opening.incrementAndGet();
        channels.add(channel);
    }

    /** Closes connections that are being opened; those that begin to open later fail at once. */
    void closeOpening() {
        closed = true;
        channels.close(channel -> {
            ConnectionWatch watch = ConnectionWatch.of(channel);
            return watch != null && watch.isOpening();
        });
    }

    /**
     * Closes all connections, now and later.
     *
     * @param done run when those of now are closed
     */
    void closeAll(Runnable done) {
        closed = true;
        channels.close().addListener(all -> done.run());
    }

    /**
     * Notes that a connection is open, or could not be opened; once for each.
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

    /** Distrusts connections that are idle now. */
    void distrustIdle() {
        distrustedBefore = nanos.getAsLong();
        distrusting = true;
    }

    /**
     * Tests whether a connection has been idle since before idle ones were distrusted.
     *
     * @param idle for how many milliseconds
     */
    boolean isDistrusted(long idle) {
        return distrusting
                && idle > 0
                && nanos.getAsLong() - TimeUnit.MILLISECONDS.toNanos(idle) - distrustedBefore < 0;
    }

    /** Tests whether a connection is being opened now. */
    boolean isOpening() {
        return opening.get() > 0;
    }

    /** Tests whether openings fail at once now. */
    boolean isRefusing() {
        return closed || refusing && refusedUntil - nanos.getAsLong() > 0;
    }
}
