package dev.understudy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import reactor.test.scheduler.VirtualTimeScheduler;

class HealthTest {

    private static final long SECOND = 1_000_000_000L;
    private static final Failure BROKEN =
            Failure.of(FailureKind.SERVER, "it broke").withStatus(500, null);

    private final VirtualTimeScheduler clock = VirtualTimeScheduler.create();
    private final Health health = new Health(new Time(() -> clock), 0);

    @Test
    void aProviderNobodyAskedIsUnknown() {
        assertThat(health.status()).isEqualTo(Standing.Status.UNKNOWN);
        assertThat(health.successRate(0)).isEqualTo(1);
        assertThat(health.lastSuccess()).isNull();
        assertThat(health.lastFailure()).isNull();
        assertThat(health.responseTime()).isEqualTo(new Standing.ResponseTime(null, null));
        assertThat(health.firstContent()).isNull();
    }

    @Test
    void threeFailuresInARowAreUnhealthyAndOneSuccessHeals() {
        health.failed(BROKEN, true, SECOND, 0);
        health.failed(BROKEN, true, SECOND, 0);
        assertThat(health.status()).isEqualTo(Standing.Status.HEALTHY);
        health.failed(BROKEN, true, SECOND, 0);
        assertThat(health.status()).isEqualTo(Standing.Status.UNHEALTHY);
        assertThat(health.consecutiveFailures()).isEqualTo(3);
        health.served(SECOND, true, 0);
        assertThat(health.status()).isEqualTo(Standing.Status.HEALTHY);
        assertThat(health.consecutiveFailures()).isZero();
    }

    @Test
    void aFailureThatSpeaksAgainstNobodyIsShownAndNotCounted() {
        for (int i = 0; i < 10; i++) {
            health.failed(Failure.of(FailureKind.INVALID_REQUEST, "what?"), false, SECOND, 0);
        }
        assertThat(health.status()).isEqualTo(Standing.Status.HEALTHY);
        assertThat(health.consecutiveFailures()).isZero();
        assertThat(health.successRate(0)).isEqualTo(1);
        assertThat(health.lastFailure()).isEqualTo(new Standing.LastFailure(Instant.EPOCH, "invalid_request: what?"));
    }

    @Test
    void theSuccessRateIsThatOfTheLastMinute() {
        for (int i = 0; i < 3; i++) {
            health.failed(BROKEN, true, 1, 0);
        }
        health.served(1, true, 0);
        assertThat(health.successRate(0)).isEqualTo(0.25);
        health.served(1, true, 61 * SECOND);
        assertThat(health.successRate(61 * SECOND)).isEqualTo(1);
        assertThat(health.successRate(200 * SECOND)).isEqualTo(1);
    }

    @Test
    void timesAreWallTimesOfTheClock() {
        clock.advanceTimeBy(Duration.ofSeconds(90));
        health.served(SECOND, true, 0);
        clock.advanceTimeBy(Duration.ofSeconds(9));
        health.failed(BROKEN, true, 1, 0);
        assertThat(health.lastSuccess()).isEqualTo(Instant.ofEpochSecond(90));
        assertThat(health.lastFailure())
                .isEqualTo(new Standing.LastFailure(Instant.ofEpochSecond(99), "server 500: it broke"));
    }

    @Test
    void responseTimesAreTheLastAndAMovingAverage() {
        health.served(SECOND, false, 0);
        health.served(2 * SECOND, false, 0);
        assertThat(health.responseTime().last()).isEqualTo(Duration.ofSeconds(2));
        assertThat(health.responseTime().average()).isEqualTo(Duration.ofMillis(1200));
        assertThat(health.latency(0)).as("a stream's end is no first content").isZero();
    }

    @Test
    void theFirstContentOfAStreamAndAWholeAnswerAreItsLatency() {
        health.firstContent(SECOND, 0);
        assertThat(health.firstContent()).isEqualTo(Duration.ofSeconds(1));
        assertThat(health.latency(0)).isCloseTo(SECOND, within(1.0));
        health.served(3 * SECOND, true, 0);
        assertThat(health.latency(0)).isCloseTo(3 * SECOND, within(1.0));
    }

    @Test
    void failingFastIsNotBeingFastAndFailingSlowlyIsBeingSlow() {
        health.firstContent(SECOND, 0);
        health.failed(BROKEN, true, 10, 5 * SECOND);
        assertThat(health.latency(5 * SECOND)).isCloseTo(SECOND * Math.exp(-0.5), within(1.0));
        health.failed(BROKEN, true, 9 * SECOND, 5 * SECOND);
        assertThat(health.latency(5 * SECOND)).isCloseTo(9 * SECOND, within(1.0));
    }

    @Test
    void oneThatWasOutrunTookAtLeastThatLong() {
        for (int i = 0; i < 19; i++) {
            health.firstContent(SECOND, 0);
        }
        health.outrun(4 * SECOND, 0);
        assertThat(health.latency(0)).isCloseTo(4 * SECOND, within(1.0));
        assertThat(health.firstContentPercentile(0.99)).isEqualTo(4 * SECOND);
        assertThat(health.status()).isEqualTo(Standing.Status.UNKNOWN);
        for (int i = 0; i < 80; i++) {
            health.outrun(SECOND / 2, 0);
        }
        assertThat(health.firstContentPercentile(0.5))
                .as("that says nothing of its usual time")
                .isEqualTo(SECOND);
    }

    @Test
    void gatedKeysAreShownUntilTheyOpen() {
        health.keyGated("key-1", Duration.ofSeconds(10), 0);
        health.keyGated("key-2", null, 0);
        assertThat(health.gatedKeys(SECOND))
                .containsExactlyInAnyOrder(
                        new Standing.GatedKey("key-1", Instant.ofEpochSecond(9)), new Standing.GatedKey("key-2", null));
        assertThat(health.gatedKeys(10 * SECOND)).containsExactly(new Standing.GatedKey("key-2", null));
        assertThat(health.gatedKeys(0)).as("what has opened is forgotten").hasSize(1);
    }

    @Test
    void callsInFlightGoUpAndDown() {
        health.started();
        health.started();
        health.ended();
        assertThat(health.inFlight()).isEqualTo(1);
    }
}
