package dev.understudy.call;

import static dev.understudy.Interleavings.hold;
import static dev.understudy.Interleavings.refute;
import static dev.understudy.Interleavings.require;
import static dev.understudy.Interleavings.shared;
import static dev.understudy.Interleavings.together;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;

/** The timer of an attempt is pending as long as the attempt lives, and not longer. */
class AttemptTimerRaceTest {

    private interface TimerSlot {

        void set(Scheduler scheduler, Runnable task);

        void off();
    }

    private static final class RealSlot implements TimerSlot {

        private final AttemptTimer timer = new AttemptTimer();

        @Override
        public void set(Scheduler scheduler, Runnable task) {
            timer.set(scheduler, task, 1);
        }

        @Override
        public void off() {
            timer.off();
        }
    }

    /** Stores the timer after it was scheduled, and cancels the stored one: both may be those of another thread. */
    private static final class NaiveSlot implements TimerSlot {

        private final AtomicReference<Disposable> stored = new AtomicReference<>(Disposables.disposed());

        @Override
        public void set(Scheduler scheduler, Runnable task) {
            Disposable timer = scheduler.schedule(task, 1, TimeUnit.NANOSECONDS);
            stored.getAndSet(timer).dispose();
        }

        @Override
        public void off() {
            stored.get().dispose();
        }
    }

    /** Remembers the end in a field of its own, which a late timer does not see. */
    private static final class NaiveOff implements TimerSlot {

        private volatile boolean off;
        private volatile Disposable stored = Disposables.disposed();

        @Override
        public void set(Scheduler scheduler, Runnable task) {
            if (!off) {
                stored = scheduler.schedule(task, 1, TimeUnit.NANOSECONDS);
            }
        }

        @Override
        public void off() {
            off = true;
            stored.dispose();
        }
    }

    /** Sets a timer whose task sets the next one, so many times. */
    private static final class Setting implements Runnable {

        private final TimerSlot slot;
        private final Scheduler scheduler;
        private final int further;

        Setting(TimerSlot slot, Scheduler scheduler, int further) {
            this.slot = slot;
            this.scheduler = scheduler;
            this.further = further;
        }

        @Override
        public void run() {
            if (further >= 0) {
                slot.set(scheduler, new Setting(slot, scheduler, further - 1));
            }
        }
    }

    @Test
    void timerThatFiresWhileItIsSetIsFollowedByAnother() {
        hold(() -> firesWhileItIsSet(new RealSlot()));
    }

    @Test
    void naiveTimerThatFiresWhileItIsSetIsLost() {
        refute(() -> firesWhileItIsSet(new NaiveSlot()));
    }

    @Test
    void noTimerIsLeftAfterTheEnd() {
        hold(() -> endsWhileItIsSet(new RealSlot()));
    }

    @Test
    void naiveTimerIsLeftAfterTheEnd() {
        refute(() -> endsWhileItIsSet(new NaiveOff()));
    }

    @Test
    void noTimerIsLeftWhenAllHappensAtOnce() {
        hold(() -> {
            PendingTimers timers = shared(new PendingTimers());
            TimerSlot slot = shared(new RealSlot());
            together(new Setting(slot, timers, 1), new PendingTimers.Firing(timers), slot::off);
            require(timers.pending() == 0, "a timer is left");
        });
    }

    /** Each task sets the next timer, as the check of a limit that is not exceeded does. */
    private static void firesWhileItIsSet(TimerSlot made) {
        PendingTimers timers = shared(new PendingTimers());
        TimerSlot slot = shared(made);
        together(new Setting(slot, timers, 1), new PendingTimers.Firing(timers));
        require(timers.pending() == 1, "not one timer is pending");
    }

    private static void endsWhileItIsSet(TimerSlot made) {
        PendingTimers timers = shared(new PendingTimers());
        TimerSlot slot = shared(made);
        together(new Setting(slot, timers, 0), slot::off);
        require(timers.pending() == 0, "a timer is left");
    }
}
