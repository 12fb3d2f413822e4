package dev.understudy;

import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Clock and timer at once. The scheduler is looked up at each use, so that virtual time works wherever it is installed
 * late.
 */
record Time(Supplier<Scheduler> lookup) {

    static final Time PARALLEL = new Time(Schedulers::parallel);

    Scheduler scheduler() {
        return lookup.get();
    }

    /** For durations only: the origin means nothing. */
    long nanos() {
        return lookup.get().now(TimeUnit.NANOSECONDS);
    }
}
