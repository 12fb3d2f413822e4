package dev.understudy.call;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;

/**
 * Holds at most one pending timer, which {@link #set} replaces and {@link #off} cancels for good. Each timer has its own
 * slot, which is stored before the timer is scheduled: a thread that is delayed between the two can affect its own timer
 * only, never a later one. Thread-safe; never blocks.
 */
final class AttemptTimer {

    private static final Disposable.Swap NONE = Disposables.swap();
    private static final Disposable.Swap OFF = Disposables.swap();

    private final AtomicReference<Disposable.Swap> slot = new AtomicReference<>(NONE);

    /**
     * Runs a task once after a delay, and cancels the task that was set before.
     *
     * @param nanos the delay
     *
     * @throws java.util.concurrent.RejectedExecutionException if the scheduler takes no timers
     */
    void set(Scheduler scheduler, Runnable task, long nanos) {
        Disposable.Swap next = Disposables.swap();
        Disposable.Swap was = slot.getAndUpdate(is -> is == OFF ? OFF : next);
        if (was == OFF) {
            return;
        }
        if (was != NONE) {
            was.dispose();
        }
        next.replace(scheduler.schedule(task, nanos, TimeUnit.NANOSECONDS));
    }

    /** Cancels the timer, and ignores later calls of {@link #set}. */
    void off() {
        Disposable.Swap last = slot.getAndSet(OFF);
        if (last != NONE) {
            last.dispose();
        }
    }
}
