package dev.understudy.call;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/** A scheduler whose timers run when they are told to; its clock shows the instant that was set. */
final class PendingTimers implements Scheduler {

    private enum Phase {
        PENDING,
        FIRED,
        CANCELLED
    }

    /** One timer, which either runs or is cancelled. */
    private static final class Timer implements Disposable {

        private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.PENDING);
        private final Runnable task;

        Timer(Runnable task) {
            this.task = task;
        }

        @Override
        public void dispose() {
            phase.compareAndSet(Phase.PENDING, Phase.CANCELLED);
        }

        boolean fire() {
            boolean mine = phase.compareAndSet(Phase.PENDING, Phase.FIRED);
            if (mine) {
                task.run();
            }
            return mine;
        }
    }

    /** Lets the pending timers fire. */
    static final class Firing implements Runnable {

        private final PendingTimers timers;

        Firing(PendingTimers timers) {
            this.timers = timers;
        }

        @Override
        public void run() {
            timers.fire();
        }
    }

    private final Timer[] timers = new Timer[8]; // published by the count: few steps for the checker
    private volatile int count;
    private volatile long now;

    void at(long instant) {
        now = instant;
    }

    /** Runs the tasks of the timers that are pending when it looks at them. */
    void fire() {
        int known = count;
        for (int i = 0; i < known; i++) {
            timers[i].fire();
        }
    }

    int pending() {
        int pending = 0;
        for (int i = 0; i < count; i++) {
            pending += timers[i].phase.get() == Phase.PENDING ? 1 : 0;
        }
        return pending;
    }

    @Override
    public long now(TimeUnit unit) {
        return unit.convert(now, TimeUnit.NANOSECONDS);
    }

    @Override
    public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
        Timer timer = new Timer(task);
        synchronized (timers) {
            timers[count] = timer;
            count++;
        }
        return timer;
    }

    @Override
    public Disposable schedule(Runnable task) {
        throw new UnsupportedOperationException("timers only");
    }

    @Override
    public Worker createWorker() {
        throw new UnsupportedOperationException("timers only");
    }
}
