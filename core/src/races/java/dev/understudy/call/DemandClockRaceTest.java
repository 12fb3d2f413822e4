package dev.understudy.call;

import static dev.understudy.Interleavings.hold;
import static dev.understudy.Interleavings.refute;
import static dev.understudy.Interleavings.require;
import static dev.understudy.Interleavings.shared;
import static dev.understudy.Interleavings.together;

import dev.understudy.policy.TimeoutPolicy;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Requests, items and the timer meet: demand is exact, and a pause of the subscriber is not taken for waiting. */
class DemandClockRaceTest {

    private static final long PAUSE = Duration.ofMinutes(1).toNanos();
    private static final Watchdog.Limits LIMITS = Watchdog.Limits.ofStream(
            TimeoutPolicy.defaults().withIdle(Duration.ofSeconds(20)).withTotal(Duration.ofMinutes(5)), Long.MAX_VALUE);

    /** Publishes the demand before it starts the clock; counts in two steps. */
    private static final class NaiveClock {

        private final PendingTimers timers;
        private final AtomicLong demand = new AtomicLong();
        private volatile long contentAt;

        NaiveClock(PendingTimers timers) {
            this.timers = timers;
        }

        void requested(long n) {
            if (demand.getAndAdd(n) == 0) {
                contentAt = timers.now(TimeUnit.NANOSECONDS);
            }
        }

        boolean isExpired(long now) {
            return demand.get() > 0 && now - contentAt >= LIMITS.policy().idle().toNanos();
        }
    }

    @Test
    void pauseOfTheSubscriberIsNoSilence() {
        hold(() -> {
            PendingTimers timers = shared(new PendingTimers());
            AttemptClock clock = shared(new AttemptClock(LIMITS, timers, 0));
            clock.requested(1);
            clock.content(Watchdog.ContentKind.OTHER, 0);
            clock.item(0);
            timers.at(PAUSE);
            AtomicBoolean expired = shared(new AtomicBoolean());
            together(() -> clock.requested(1), () -> expired.set(clock.expiry(PAUSE) != null));
            require(!expired.get(), "a pause is an exceeded limit");
        });
    }

    @Test
    void naiveClockTakesThePauseForSilence() {
        refute(() -> {
            PendingTimers timers = shared(new PendingTimers());
            NaiveClock clock = shared(new NaiveClock(timers));
            timers.at(PAUSE);
            AtomicBoolean expired = shared(new AtomicBoolean());
            together(() -> clock.requested(1), () -> expired.set(clock.isExpired(PAUSE)));
            require(!expired.get(), "a pause is an exceeded limit");
        });
    }

    @Test
    void demandIsExactAndTheClockRunsWhileThereIsSome() {
        hold(() -> {
            PendingTimers timers = shared(new PendingTimers());
            DemandClock clock = shared(new DemandClock(timers, 0));
            clock.requested(1);
            timers.at(10);
            together(() -> clock.requested(1), () -> clock.produced(10), () -> clock.requested(2));
            require(clock.demand() == 3, "demand");
            require(clock.waited(30) - clock.waited(20) == 10, "the clock stands still");
        });
    }

    @Test
    void clockStandsStillWithoutDemand() {
        hold(() -> {
            PendingTimers timers = shared(new PendingTimers());
            DemandClock clock = shared(new DemandClock(timers, 0));
            clock.requested(1);
            timers.at(10);
            together(() -> clock.requested(1), () -> {
                clock.produced(10);
                if (clock.demand() > 0) {
                    clock.produced(10);
                }
            });
            require(clock.demand() <= 1, "demand");
            long ran = clock.waited(30) - clock.waited(20);
            require(ran == (clock.demand() == 0 ? 0 : 10), "the clock does not follow the demand");
        });
    }
}
