package dev.understudy.call;

import static dev.understudy.Interleavings.hold;
import static dev.understudy.Interleavings.require;
import static dev.understudy.Interleavings.shared;
import static dev.understudy.Interleavings.together;

import dev.understudy.guard.SharedTimers;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;

/** One timer of the scheduler is pending as long as timers that share it wait. */
class SharedTimersRaceTest {

    @Test
    void timerThatIsSetWhileAnotherFiresIsNotLost() {
        hold(() -> {
            PendingTimers timers = shared(new PendingTimers());
            SharedTimers shared = shared(new SharedTimers(() -> timers));
            AtomicInteger ran = shared(new AtomicInteger());
            shared.schedule(ran::incrementAndGet, 10, TimeUnit.NANOSECONDS);
            timers.at(20);
            together(
                    () -> shared.schedule(ran::incrementAndGet, 5, TimeUnit.NANOSECONDS),
                    new PendingTimers.Firing(timers));
            timers.at(30);
            timers.fire();
            require(ran.get() == 2, "a timer is lost");
            require(timers.pending() == 0, "a timer is left");
        });
    }

    @Test
    void earlierTimersOfTwoThreadsBothRun() {
        hold(() -> {
            PendingTimers timers = shared(new PendingTimers());
            SharedTimers shared = shared(new SharedTimers(() -> timers));
            AtomicInteger ran = shared(new AtomicInteger());
            Disposable later = shared.schedule(ran::incrementAndGet, 50, TimeUnit.NANOSECONDS);
            together(
                    () -> shared.schedule(ran::incrementAndGet, 20, TimeUnit.NANOSECONDS),
                    () -> shared.schedule(ran::incrementAndGet, 10, TimeUnit.NANOSECONDS),
                    later::dispose);
            timers.at(10);
            timers.fire();
            require(ran.get() == 1, "the earlier timer is lost");
            timers.at(20);
            timers.fire();
            require(ran.get() == 2, "the later timer is lost");
            require(timers.pending() == 0, "a timer is left");
        });
    }
}
