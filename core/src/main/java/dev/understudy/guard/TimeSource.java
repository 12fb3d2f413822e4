package dev.understudy.guard;

import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Clock and timers of an understudy. The scheduler is looked up at each use, so that virtual time may be installed after
 * construction.
 *
 * @param lookup returns the scheduler
 */
public record TimeSource(Supplier<Scheduler> lookup) {

    public static final TimeSource PARALLEL = new TimeSource(Schedulers::parallel);

    public Scheduler scheduler() {
        return lookup.get();
    }

    /** Returns the scheduler for time limits, which are set often and seldom reached. */
    public Scheduler timers() {
        return equals(PARALLEL) ? SharedTimers.parallel() : lookup.get();
    }

    /** Returns the clock reading in nanoseconds. Only differences are meaningful: the origin is arbitrary. */
    public long nanos() {
        return lookup.get().now(TimeUnit.NANOSECONDS);
    }
}
