package dev.understudy.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.Failure;
import dev.understudy.policy.TimeoutPolicy;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import reactor.test.scheduler.VirtualTimeScheduler;

/** Limits at the nanosecond at which they are exceeded. */
class AttemptClockTest {

    private static final long SECOND = 1_000_000_000L;
    private static final TimeoutPolicy POLICY = TimeoutPolicy.defaults()
            .withFirstContent(Duration.ofSeconds(10))
            .withIdle(Duration.ofSeconds(20))
            .withTotal(Duration.ofSeconds(100));

    private final VirtualTimeScheduler scheduler = VirtualTimeScheduler.create();
    private long now;
    private AttemptClock clock = clock(POLICY, Long.MAX_VALUE);

    private AttemptClock clock(TimeoutPolicy policy, long deadline) {
        clock = new AttemptClock(Watchdog.Limits.ofStream(policy, deadline), scheduler, now);
        return clock;
    }

    private void pass(long nanos) {
        scheduler.advanceTimeBy(Duration.ofNanos(nanos));
        now += nanos;
    }

    private void assertExpired(Failure.Phase phase, Duration limit, boolean whileWaiting) {
        assertThat(clock.expiry(now)).isEqualTo(new AttemptClock.Expiry(phase, limit, whileWaiting));
    }

    @Test
    void firstContentIsDueAtItsLimit() {
        clock.requested(Long.MAX_VALUE);
        pass(10 * SECOND - 1);
        assertThat(clock.expiry(now)).isNull();
        assertThat(clock.untilExpiry(now)).isEqualTo(1);
        pass(1);
        assertExpired(Failure.Phase.FIRST_CONTENT, Duration.ofSeconds(10), true);
    }

    @Test
    void deadlineHoldsWithoutDemandToo() {
        pass(3 * SECOND);
        clock(POLICY, 8 * SECOND);
        assertThat(clock.untilExpiry(now)).isEqualTo(5 * SECOND);
        pass(5 * SECOND - 1);
        assertThat(clock.expiry(now)).isNull();
        assertThat(clock.untilExpiry(now)).isEqualTo(1);
        pass(1);
        assertExpired(Failure.Phase.DEADLINE, Duration.ofSeconds(5), false);
    }

    @Test
    void totalCountsTheTimeWithDemand() {
        clock(POLICY.withFirstContent(Duration.ofMinutes(10)).withIdle(Duration.ofMinutes(10)), Long.MAX_VALUE);
        clock.requested(1);
        pass(40 * SECOND);
        clock.item(now);
        pass(50 * SECOND);
        clock.requested(1);
        assertThat(clock.untilExpiry(now)).isEqualTo(60 * SECOND);
        pass(60 * SECOND - 1);
        assertThat(clock.expiry(now)).isNull();
        pass(1);
        assertExpired(Failure.Phase.TOTAL, Duration.ofSeconds(100), false);
    }

    @Test
    void subscriberWithoutDemandIsAwaitedForTheTotalTime() {
        clock(POLICY.withFirstContent(Duration.ofMinutes(10)).withIdle(Duration.ofMinutes(10)), Long.MAX_VALUE);
        clock.requested(1);
        pass(70 * SECOND);
        clock.item(now);
        assertThat(clock.untilExpiry(now)).as("time without demand is separate").isEqualTo(30 * SECOND);
        pass(80 * SECOND);
        assertThat(clock.untilExpiry(now)).isEqualTo(20 * SECOND);
        pass(20 * SECOND - 1);
        assertThat(clock.expiry(now)).isNull();
        pass(1);
        assertExpired(Failure.Phase.CONSUMER, Duration.ofSeconds(100), false);
    }

    @Test
    void silenceIsDueOnlyWithDemand() {
        clock.requested(2);
        clock.content(Watchdog.ContentKind.OTHER, now);
        clock.item(now);
        assertThat(clock.demand()).isEqualTo(1);
        clock.item(now);
        pass(60 * SECOND);
        assertThat(clock.expiry(now)).isNull();
        clock.requested(1);
        assertThat(clock.untilExpiry(now)).isEqualTo(20 * SECOND);
        pass(20 * SECOND);
        assertExpired(Failure.Phase.IDLE, Duration.ofSeconds(20), true);
    }

    @Test
    void unlimitedDemandIsNotReduced() {
        assertThat(clock.isUnbounded()).isFalse();
        clock.requested(1);
        assertThat(clock.isUnbounded()).isFalse();
        clock.requested(Long.MAX_VALUE);
        assertThat(clock.isUnbounded()).isTrue();
        clock.item(now);
        assertThat(clock.isUnbounded()).isTrue();
        assertThat(clock.demand()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void completionIsAwaitedWithoutDemand() {
        clock.requested(1);
        clock.content(Watchdog.ContentKind.OTHER, now);
        clock.item(now);
        clock.lastItem();
        pass(20 * SECOND);
        assertExpired(Failure.Phase.IDLE, Duration.ofSeconds(20), true);
    }

    @Test
    void idleLimitIsCheckedBeforeALongerLimitOfContent() {
        clock(POLICY.withFirstContent(Duration.ofSeconds(60)).withIdle(Duration.ofSeconds(5)), Long.MAX_VALUE);
        clock.requested(1);
        assertThat(clock.untilExpiry(now)).isEqualTo(5 * SECOND);
        pass(4 * SECOND);
        clock.content(Watchdog.ContentKind.OTHER, now);
        pass(3 * SECOND);
        assertThat(clock.untilExpiry(now)).isEqualTo(2 * SECOND);
    }
}
