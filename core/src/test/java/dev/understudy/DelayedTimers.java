package dev.understudy;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;
import reactor.test.scheduler.VirtualTimeScheduler;

/**
 * A virtual clock that can delay the thread that sets a timer: the timer is set, time passes and timers fire before the
 * call returns.
 */
public final class DelayedTimers implements Scheduler {

    private final VirtualTimeScheduler clock;
    private final AtomicReference<Duration> pause = new AtomicReference<>();

    public DelayedTimers(VirtualTimeScheduler clock) {
        this.clock = clock;
    }

    /** Delays the thread that sets the next timer. */
    public void holdUpNext(Duration time) {
        pause.set(time);
    }

    @Override
    public long now(TimeUnit unit) {
        return clock.now(unit);
    }

    @Override
    public Disposable schedule(Runnable task) {
        return clock.schedule(task);
    }

    @Override
    public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
        Disposable timer = clock.schedule(task, delay, unit);
        Duration held = pause.getAndSet(null);
        if (held != null) {
            clock.advanceTimeBy(held);
        }
        return timer;
    }

    @Override
    public Worker createWorker() {
        return clock.createWorker();
    }
}
