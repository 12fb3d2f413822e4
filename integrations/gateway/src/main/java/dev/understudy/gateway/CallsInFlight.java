package dev.understudy.gateway;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts concurrent calls up to a limit, and waits for their end during a shutdown. Thread-safe. */
final class CallsInFlight {

    private final int limit;
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicInteger detached = new AtomicInteger();
    private volatile boolean draining;

    CallsInFlight(int limit) {
        this.limit = limit;
    }

    int count() {
        return count.get();
    }

    boolean isDraining() {
        return draining;
    }

    /** Counts a call; returns false if it is refused. */
    boolean begin() {
        // counted first: a drain that is not seen here sees the call
        if (count.incrementAndGet() + detached.get() <= limit && !draining) {
            return true;
        }
        end();
        return false;
    }

    /** Counts the end of a call that was not refused. */
    void end() {
        if (count.decrementAndGet() == 0) {
            synchronized (count) {
                count.notifyAll();
            }
        }
    }

    /** A call goes on without its connection: it counts in the limit, and a shutdown does not wait for it. */
    void detach() {
        detached.incrementAndGet();
        end();
    }

    /** Counts a call that goes on without a connection here, whatever the limit is. */
    void beginDetached() {
        detached.incrementAndGet();
    }

    /** Counts the end of a call that went on without its connection. */
    void endDetached() {
        detached.decrementAndGet();
    }

    /** Refuses calls from now on. */
    void drain() {
        draining = true;
    }

    /** Waits until no call is in flight; returns false if there are some after this time, or on an interrupt. Blocks. */
    boolean isEmptyWithin(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        synchronized (count) {
            while (count.get() > 0 && end - System.nanoTime() > 0) {
                try {
                    count.wait(Math.max(1, Math.min(1_000, (end - System.nanoTime()) / 1_000_000)));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return false;
                }
            }
            return count.get() == 0;
        }
    }
}
