package dev.understudy;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/** A scheduler that tracks its timers, so that a test can find one that was not cancelled. */
public final class TrackedTimers implements Scheduler {

    private final Scheduler real;
    private final List<Disposable> timers = new CopyOnWriteArrayList<>();

    public TrackedTimers(Scheduler real) {
        this.real = real;
    }

    /** Number of timers that neither ran nor were cancelled. */
    public long left() {
        return timers.stream().filter(timer -> !timer.isDisposed()).count();
    }

    public long made() {
        return timers.size();
    }

    @Override
    public long now(TimeUnit unit) {
        return real.now(unit);
    }

    @Override
    public Disposable schedule(Runnable task) {
        return real.schedule(task);
    }

    @Override
    public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
        Disposable timer = real.schedule(task, delay, unit);
        timers.add(timer);
        return timer;
    }

    @Override
    public Worker createWorker() {
        return real.createWorker();
    }
}
