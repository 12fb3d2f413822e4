package dev.understudy.call;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Scheduler;

/**
 * Measures the time in which a subscriber waits: the clock runs while there is unmet demand and is paused without. One
 * thread emits; any thread may request. Demand becomes visible after the clock was started, so that a reader of both never
 * counts a pause as waiting.
 */
final class DemandClock {

    private static final AtomicLongFieldUpdater<DemandClock> DEMAND =
            AtomicLongFieldUpdater.newUpdater(DemandClock.class, "demand");

    private final Scheduler scheduler;
    private final long origin;
    private volatile long demand;
    /**
     * Both states in one value, so that no object is made for each item. Paused: twice the nanoseconds of waiting. Running:
     * twice the instant, counted from the origin, at which the clock would have been started without a pause, plus one.
     */
    private volatile long clock;

    private volatile long pausedAt;

    DemandClock(Scheduler scheduler, long now) {
        this.scheduler = scheduler;
        this.origin = now;
        this.pausedAt = now;
    }

    private static boolean runs(long clock) {
        return (clock & 1) == 1;
    }

    private void start(long now) {
        long was = clock;
        if (!runs(was)) {
            clock = (now - origin - (was >> 1)) << 1 | 1;
        }
    }

    private void pause(long now) {
        long was = clock;
        if (runs(was)) {
            pausedAt =
                    now; // before the clock: a reader of a paused clock finds the instant of that pause or a later one
            clock = (now - origin - (was >> 1)) << 1;
        }
    }

    void requested(long n) {
        long was;
        do {
            was = demand;
            if (was == 0) {
                start(scheduler.now(TimeUnit.NANOSECONDS));
            }
        } while (!DEMAND.compareAndSet(this, was, Operators.addCap(was, n)));
    }

    /** Returns true if demand is unlimited, so that items do not reduce it. */
    boolean isUnbounded() {
        return demand == Long.MAX_VALUE;
    }

    /** Reduces demand by one item. */
    void produced(long now) {
        long was;
        do {
            was = demand;
            if (was == Long.MAX_VALUE || was == 0) {
                return;
            }
            if (was == 1) {
                pause(now);
            } else {
                start(now);
            }
        } while (!DEMAND.compareAndSet(this, was, was - 1));
    }

    long demand() {
        return demand;
    }

    /** Total nanoseconds of waiting. */
    long waited(long now) {
        long current = clock;
        return runs(current) ? now - origin - (current >> 1) : current >> 1;
    }

    /** Nanoseconds since demand ended, 0 while there is demand. */
    long idleFor(long now) {
        return runs(clock) ? 0 : now - pausedAt;
    }
}
