package dev.understudy.guard;

import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Clock and timer at once. The scheduler is looked up at each use, so that virtual time works wherever it is installed
 * late.
 */
public record TimeSource(Supplier<Scheduler> lookup) {

    public static final TimeSource PARALLEL = new TimeSource(Schedulers::parallel);

    public Scheduler scheduler() {
        return lookup.get();
    }

    /** For durations only: the origin means nothing. */
    public long nanos() {
        return lookup.get().now(TimeUnit.NANOSECONDS);
    }
}
