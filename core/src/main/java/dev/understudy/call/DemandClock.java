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

    /**
     * @param waited nanoseconds of waiting before {@code since}
     * @param since the instant when the clock was started or paused
     */
    private record State(boolean runs, long waited, long since) {

        long waited(long now) {
            return runs ? waited + now - since : waited;
        }

        State running(long now) {
            return runs ? this : new State(true, waited, now);
        }

        State paused(long now) {
            return runs ? new State(false, waited(now), now) : this;
        }
    }

    private final Scheduler scheduler;
    private volatile long demand;
    private volatile State state;

    DemandClock(Scheduler scheduler, long now) {
        this.scheduler = scheduler;
        this.state = new State(false, 0, now);
    }

    void requested(long n) {
        long was;
        do {
            was = demand;
            if (was == 0) {
                state = state.running(scheduler.now(TimeUnit.NANOSECONDS));
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
            state = was == 1 ? state.paused(now) : state.running(now);
        } while (!DEMAND.compareAndSet(this, was, was - 1));
    }

    long demand() {
        return demand;
    }

    /** Total nanoseconds of waiting. */
    long waited(long now) {
        return state.waited(now);
    }

    /** Nanoseconds since demand ended, 0 while there is demand. */
    long idleFor(long now) {
        State current = state;
        return current.runs ? 0 : now - current.since;
    }
}
