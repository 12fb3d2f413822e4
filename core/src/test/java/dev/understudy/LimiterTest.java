package dev.understudy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LimiterTest {

    private static final long SECOND = 1_000_000_000L;

    @Test
    void withoutLimitsNobodyWaits() {
        Limiter limiter = limiter(RateLimits.none());
        assertThat(limiter.isOff()).isTrue();
        for (int i = 0; i < 1000; i++) {
            assertThat(limiter.enter(1_000_000, 0)).isNull();
        }
    }

    @Test
    void requestsPerMinuteAreCountedAndComeBackEvenly() {
        Limiter limiter = limiter(RateLimits.none().withRequestsPerMinute(6));
        for (int i = 0; i < 6; i++) {
            assertThat(limiter.enter(1, 0)).isNull();
        }
        assertThat(limiter.enter(1, 0)).isEqualTo(Duration.ofSeconds(10));
        assertThat(limiter.enter(1, 10 * SECOND - 10)).isBetween(Duration.ofNanos(1), Duration.ofNanos(20));
        assertThat(limiter.enter(1, 10 * SECOND + 1)).isNull();
    }

    @Test
    void anEndedCallGivesNoRequestBack() {
        Limiter limiter = limiter(RateLimits.none().withRequestsPerMinute(1));
        assertThat(limiter.enter(1, 0)).isNull();
        limiter.leave(1, 1, 0);
        assertThat(limiter.enter(1, 0)).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void tokensAreEstimatedBeforeAndCorrectedAfter() {
        Limiter limiter = limiter(RateLimits.none().withTokensPerMinute(600));
        assertThat(limiter.enter(500, 0)).isNull();
        assertThat(limiter.enter(200, 0)).isEqualTo(Duration.ofSeconds(10));
        limiter.leave(500, 300, 0); // there were 200 fewer
        assertThat(limiter.enter(200, 0)).isNull();
        limiter.leave(200, 700, 0); // and here 500 more: now there is a debt of 400 - 100
        assertThat(limiter.enter(1, 0)).isEqualTo(Duration.ofMillis(40_100));
    }

    @Test
    void whenNobodyTellsTheUsageTheEstimateStands() {
        Limiter limiter = limiter(RateLimits.none().withTokensPerMinute(600));
        limiter.enter(500, 0);
        limiter.leave(500, Limiter.UNTOLD, 0);
        assertThat(limiter.enter(101, 0)).isNotNull();
        assertThat(limiter.enter(100, 0)).isNull();
    }

    @Test
    void aRequestThatWasNotTakenInUsedNothing() {
        Limiter limiter = limiter(RateLimits.none().withTokensPerMinute(600));
        limiter.enter(500, 0);
        limiter.leave(500, 0, 0);
        assertThat(limiter.enter(600, 0)).isNull();
    }

    @Test
    void soManyAtOnceAndNotOneMore() {
        Limiter limiter = limiter(RateLimits.none().withConcurrent(2));
        assertThat(limiter.enter(1, 0)).isNull();
        assertThat(limiter.enter(1, 0)).isNull();
        assertThat(limiter.enter(1, 0)).isEqualTo(Duration.ofMillis(100));
        assertThat(limiter.enter(1, 0)).isNotNull();
        limiter.leave(1, Limiter.UNTOLD, 0);
        assertThat(limiter.enter(1, 0)).isNull();
        assertThat(limiter.enter(1, 0)).isNotNull();
    }

    @Test
    void whoeverIsRefusedByOneLimitTakesNothingFromTheOthers() {
        Limiter limiter = limiter(new RateLimits(2, 600, 2));
        assertThat(limiter.enter(600, 0)).isNull();
        assertThat(limiter.enter(100, 0)).isEqualTo(Duration.ofSeconds(10)); // tokens; the request is given back
        assertThat(limiter.enter(100, 0)).isEqualTo(Duration.ofSeconds(10));
        assertThat(limiter.enter(100, 10 * SECOND)).isNull(); // so one request and one place were left
        limiter.leave(600, 600, 10 * SECOND);
        limiter.leave(100, 100, 10 * SECOND);
        assertThat(limiter.enter(1, 10 * SECOND).toMillis()).isEqualTo(20_000); // requests
    }

    private static Limiter limiter(RateLimits limits) {
        return new Limiter(limits, (requests, tokens) -> {}, 0);
    }
}
