package dev.understudy.call;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;

/**
 * At most one pending timer, which {@link #set} replaces and {@link #off} ends for good. Each timer has a slot of its own
 * that is in force before the timer is scheduled: a thread that is held up between scheduling and storing can only affect
 * its own timer, never a later one. Safe for use by any thread; never blocks.
 */
final class AttemptTimer {

    private static final Disposable.Swap NONE = Disposables.swap();
    private static final Disposable.Swap OFF = Disposables.swap();

    private final AtomicReference<Disposable.Swap> slot = new AtomicReference<>(NONE);

    /**
     * Runs the task once after the delay, instead of what was set before.
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

    /** Cancels the timer; later ones are not set. */
    void off() {
        Disposable.Swap last = slot.getAndSet(OFF);
        if (last != NONE) {
            last.dispose();
        }
    }
}
