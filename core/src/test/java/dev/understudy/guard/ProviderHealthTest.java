package dev.understudy.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.event.ProviderStatus;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import reactor.test.scheduler.VirtualTimeScheduler;

class ProviderHealthTest {

    private static final long SECOND = 1_000_000_000L;
    private static final Failure BROKEN =
            Failure.of(FailureKind.SERVER, "it broke").withStatus(500, null);

    private final VirtualTimeScheduler clock = VirtualTimeScheduler.create();
    private final ProviderHealth providerHealth = new ProviderHealth(new TimeSource(() -> clock), 0);

    @Test
    void unusedProviderIsUnknown() {
        assertThat(providerHealth.status()).isEqualTo(ProviderStatus.Health.UNKNOWN);
        assertThat(providerHealth.successRate(0)).isEqualTo(1);
        assertThat(providerHealth.lastSuccess()).isNull();
        assertThat(providerHealth.lastFailure()).isNull();
        assertThat(providerHealth.responseTime()).isEqualTo(new ProviderStatus.ResponseTime(null, null));
        assertThat(providerHealth.firstContent()).isNull();
    }

    @Test
    void threeFailuresAreUnhealthyOneSuccessHealthy() {
        providerHealth.failed(BROKEN, true, SECOND, 0);
        providerHealth.failed(BROKEN, true, SECOND, 0);
        assertThat(providerHealth.status()).isEqualTo(ProviderStatus.Health.HEALTHY);
        providerHealth.failed(BROKEN, true, SECOND, 0);
        assertThat(providerHealth.status()).isEqualTo(ProviderStatus.Health.UNHEALTHY);
        assertThat(providerHealth.consecutiveFailures()).isEqualTo(3);
        providerHealth.served(SECOND, true, 0);
        assertThat(providerHealth.status()).isEqualTo(ProviderStatus.Health.HEALTHY);
        assertThat(providerHealth.consecutiveFailures()).isZero();
    }

    @Test
    void uncountedFailureIsShownOnly() {
        for (int i = 0; i < 10; i++) {
            providerHealth.failed(Failure.of(FailureKind.INVALID_REQUEST, "what?"), false, SECOND, 0);
        }
        assertThat(providerHealth.status()).isEqualTo(ProviderStatus.Health.HEALTHY);
        assertThat(providerHealth.consecutiveFailures()).isZero();
        assertThat(providerHealth.successRate(0)).isEqualTo(1);
        assertThat(providerHealth.lastFailure())
                .isEqualTo(new ProviderStatus.LastFailure(Instant.EPOCH, "invalid_request: what?"));
    }

    @Test
    void successRateCoversTheLastMinute() {
        for (int i = 0; i < 3; i++) {
            providerHealth.failed(BROKEN, true, 1, 0);
        }
        providerHealth.served(1, true, 0);
        assertThat(providerHealth.successRate(0)).isEqualTo(0.25);
        providerHealth.served(1, true, 61 * SECOND);
        assertThat(providerHealth.successRate(61 * SECOND)).isEqualTo(1);
        assertThat(providerHealth.successRate(200 * SECOND)).isEqualTo(1);
    }

    @Test
    void instantsAreWallClockTimes() {
        clock.advanceTimeBy(Duration.ofSeconds(90));
        providerHealth.served(SECOND, true, 0);
        clock.advanceTimeBy(Duration.ofSeconds(9));
        providerHealth.failed(BROKEN, true, 1, 0);
        assertThat(providerHealth.lastSuccess()).isEqualTo(Instant.ofEpochSecond(90));
        assertThat(providerHealth.lastFailure())
                .isEqualTo(new ProviderStatus.LastFailure(Instant.ofEpochSecond(99), "server 500: it broke"));
    }

    @Test
    void responseTimesAreLastAndAverage() {
        providerHealth.served(SECOND, false, 0);
        providerHealth.served(2 * SECOND, false, 0);
        assertThat(providerHealth.responseTime().last()).isEqualTo(Duration.ofSeconds(2));
        assertThat(providerHealth.responseTime().average()).isEqualTo(Duration.ofMillis(1200));
        assertThat(providerHealth.latency(0))
                .as("a stream's end is no first content")
                .isZero();
    }

    @Test
    void latencyIsFirstContentOrResponse() {
        providerHealth.firstContent(SECOND, 0);
        assertThat(providerHealth.firstContent()).isEqualTo(Duration.ofSeconds(1));
        assertThat(providerHealth.latency(0)).isCloseTo(SECOND, within(1.0));
        providerHealth.served(3 * SECOND, true, 0);
        assertThat(providerHealth.latency(0)).isCloseTo(3 * SECOND, within(1.0));
    }

    @Test
    void failuresOnlyRaiseLatency() {
        providerHealth.firstContent(SECOND, 0);
        providerHealth.failed(BROKEN, true, 10, 5 * SECOND);
        assertThat(providerHealth.latency(5 * SECOND)).isCloseTo(SECOND * Math.exp(-0.5), within(1.0));
        providerHealth.failed(BROKEN, true, 9 * SECOND, 5 * SECOND);
        assertThat(providerHealth.latency(5 * SECOND)).isCloseTo(9 * SECOND, within(1.0));
    }

    @Test
    void lostHedgeIsALowerBound() {
        for (int i = 0; i < 19; i++) {
            providerHealth.firstContent(SECOND, 0);
        }
        providerHealth.outrun(4 * SECOND, 0);
        assertThat(providerHealth.latency(0)).isCloseTo(4 * SECOND, within(1.0));
        assertThat(providerHealth.firstContentPercentile(0.99)).isEqualTo(SECOND);
        assertThat(providerHealth.status()).isEqualTo(ProviderStatus.Health.UNKNOWN);
        for (int i = 0; i < 80; i++) {
            providerHealth.outrun(SECOND / 2, 0);
        }
        assertThat(providerHealth.firstContentPercentile(0.5))
                .as("that says nothing of its usual time")
                .isEqualTo(SECOND);
    }

    @Test
    void coolingKeysAreShownUntilTheyEnd() {
        providerHealth.keyCoolsDown("key-1", Duration.ofSeconds(10), 0);
        providerHealth.keyCoolsDown("key-2", null, 0);
        assertThat(providerHealth.coolingKeys(SECOND))
                .containsExactlyInAnyOrder(
                        new ProviderStatus.KeyCooldown("key-1", Instant.ofEpochSecond(9)),
                        new ProviderStatus.KeyCooldown("key-2", null));
        assertThat(providerHealth.coolingKeys(10 * SECOND))
                .containsExactly(new ProviderStatus.KeyCooldown("key-2", null));
        assertThat(providerHealth.coolingKeys(0))
                .as("what has opened is forgotten")
                .hasSize(1);
    }

    @Test
    void callsInFlightAreCounted() {
        providerHealth.started();
        providerHealth.started();
        providerHealth.ended();
        assertThat(providerHealth.inFlight()).isEqualTo(1);
    }

    @Test
    void refusedConnectionIsRememberedUntilTheNextContent() {
        Failure refused = Failure.of(FailureKind.CONNECT, "refused").withPhase(Failure.Phase.CONNECT);
        assertThat(providerHealth.refusesConnections()).isFalse();
        providerHealth.failed(refused, true, SECOND, 0);
        assertThat(providerHealth.refusesConnections()).isTrue();
        providerHealth.firstContent(SECOND, 0);
        assertThat(providerHealth.refusesConnections()).isFalse();
        providerHealth.failed(refused, true, SECOND, 0);
        providerHealth.served(SECOND, true, 0);
        assertThat(providerHealth.refusesConnections()).isFalse();
        providerHealth.failed(refused, true, SECOND, 0);
        providerHealth.failed(BROKEN, true, SECOND, 0);
        assertThat(providerHealth.refusesConnections()).isFalse();
    }

    @Test
    void instantOfTheLastCountedFailureIsKept() {
        providerHealth.failed(BROKEN, true, 1, 5 * SECOND);
        providerHealth.failed(BROKEN, false, 1, 9 * SECOND);
        assertThat(providerHealth.failedAt()).isEqualTo(5 * SECOND);
    }

    @Test
    void moreThanTwiceTheUsualTimeIsUnusual() {
        assertThat(providerHealth.isUnusual(Long.MAX_VALUE))
                .as("the usual time is unknown")
                .isFalse();
        for (int i = 0; i < 10; i++) {
            providerHealth.firstContent(SECOND, 0);
        }
        assertThat(providerHealth.isUnusual(2 * SECOND)).isFalse();
        assertThat(providerHealth.isUnusual(2 * SECOND + 1)).isTrue();
    }
}
