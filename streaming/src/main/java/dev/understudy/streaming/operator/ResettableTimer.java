package dev.understudy.streaming.operator;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;

/** A timer that is set anew and anew; the last setting counts. */
final class ResettableTimer {

    private final Supplier<Scheduler> timers;
    private final Runnable ringing;
    private final Disposable.Swap timer = Disposables.swap();
    private volatile boolean rung;

    /**
     * @param timers where it is timed, looked up at each setting
     * @param ringing run on the timer's thread when it rings
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

    /** Whether it has rung since this was asked last. */
    boolean hasRung() {
        boolean now = rung;
        if (now) {
            rung = false;
        }
        return now;
    }

    /** For good. */
    void stop() {
        timer.dispose();
    }
}
