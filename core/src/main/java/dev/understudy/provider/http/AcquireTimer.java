package dev.understudy.provider.http;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;

/**
 * Limits the wait for a connection of a full pool. A pool that is about to get another connection is not full: while
 * one is being opened, the wait is extended by the time that opening may take.
 */
final class AcquireTimer implements BiFunction<Runnable, Duration, Disposable> {

    private final BooleanSupplier opening;
    private final Duration connect;
    private final Scheduler scheduler;

    /**
     * @param opening true while a connection is being opened that many calls may use
     * @param connect limit for opening a connection
     */
    AcquireTimer(BooleanSupplier opening, Duration connect, Scheduler scheduler) {
        this.opening = opening;
        this.connect = connect;
        this.scheduler = scheduler;
    }

    @Override
    public Disposable apply(Runnable expire, Duration limit) {
        Wait wait = new Wait(expire, limit);
        wait.schedule();
        return wait.timer;
    }

    private final class Wait implements Runnable {

        private final Runnable expire;
        private final Duration limit;
        private final Disposable.Swap timer = Disposables.swap();
        private Duration waited = Duration.ZERO;
        private boolean wasOpening;

        Wait(Runnable expire, Duration limit) {
            this.expire = expire;
            this.limit = limit;
        }

        void schedule() {
            timer.update(scheduler.schedule(this, limit.toNanos(), TimeUnit.NANOSECONDS));
        }

        @Override
        public void run() {
            waited = waited.plus(limit);
            boolean expected = opening.getAsBoolean();
            boolean served = wasOpening; // a connection that has just opened serves those that wait, one after another
            wasOpening = expected;
            if ((expected || served) && waited.compareTo(connect.plus(limit)) <= 0) {
                schedule();
            } else {
                expire.run();
            }
        }
    }
}
