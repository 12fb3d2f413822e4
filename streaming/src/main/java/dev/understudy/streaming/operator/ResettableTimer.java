package dev.understudy.streaming.operator;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;

/** Timer that can be set again; the last setting counts. */
final class ResettableTimer {

    private final Supplier<Scheduler> timers;
    private final Runnable ringing;
    private final Disposable.Swap timer = Disposables.swap();
    private volatile boolean rung;

    /**
     * @param timers scheduler, looked up at each setting
     * @param ringing run on the timer's thread at expiry
     */
    ResettableTimer(Supplier<Scheduler> timers, Runnable ringing) {
        this.timers = timers;
        this.ringing = ringing;
    }

    void set(Duration after) {
        timer.update(timers.get().schedule(this::ring, after.toNanos(), TimeUnit.NANOSECONDS));
    }

    private void ring() {
        rung = true;
        ringing.run();
    }

    /** Returns and clears the expiry flag. */
    boolean hasRung() {
        boolean now = rung;
        if (now) {
            rung = false;
        }
        return now;
    }

    /** Stops the timer permanently. */
    void stop() {
        timer.dispose();
    }
}
