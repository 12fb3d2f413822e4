package dev.understudy.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.policy.ProviderOptions;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RateLimiterTest {

    private static final long SECOND = 1_000_000_000L;

    @Test
    void withoutLimitsNobodyWaits() {
        RateLimiter rateLimiter = limiter(ProviderOptions.RateLimits.none());
        assertThat(rateLimiter.isOff()).isTrue();
        for (int i = 0; i < 1000; i++) {
            assertThat(rateLimiter.acquire(1_000_000, 0)).isNull();
        }
    }

    @Test
    void requestsPerMinuteAreCountedAndComeBackEvenly() {
        RateLimiter rateLimiter = limiter(ProviderOptions.RateLimits.none().withRequestsPerMinute(6));
        for (int i = 0; i < 6; i++) {
            assertThat(rateLimiter.acquire(1, 0)).isNull();
        }
        assertThat(rateLimiter.acquire(1, 0)).isEqualTo(Duration.ofSeconds(10));
        assertThat(rateLimiter.acquire(1, 10 * SECOND - 10)).isBetween(Duration.ofNanos(1), Duration.ofNanos(20));
        assertThat(rateLimiter.acquire(1, 10 * SECOND + 1)).isNull();
    }

    @Test
    void anEndedCallGivesNoRequestBack() {
        RateLimiter rateLimiter = limiter(ProviderOptions.RateLimits.none().withRequestsPerMinute(1));
        assertThat(rateLimiter.acquire(1, 0)).isNull();
        rateLimiter.release(1, 1, 0);
        assertThat(rateLimiter.acquire(1, 0)).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void tokensAreEstimatedBeforeAndCorrectedAfter() {
        RateLimiter rateLimiter = limiter(ProviderOptions.RateLimits.none().withTokensPerMinute(600));
        assertThat(rateLimiter.acquire(500, 0)).isNull();
        assertThat(rateLimiter.acquire(200, 0)).isEqualTo(Duration.ofSeconds(10));
        rateLimiter.release(500, 300, 0); // there were 200 fewer
        assertThat(rateLimiter.acquire(200, 0)).isNull();
        rateLimiter.release(200, 700, 0); // and here 500 more: now there is a debt of 400 - 100
        assertThat(rateLimiter.acquire(1, 0)).isEqualTo(Duration.ofMillis(40_100));
    }

    @Test
    void whenNobodyTellsTheUsageTheEstimateStands() {
        RateLimiter rateLimiter = limiter(ProviderOptions.RateLimits.none().withTokensPerMinute(600));
        rateLimiter.acquire(500, 0);
        rateLimiter.release(500, RateLimiter.UNKNOWN, 0);
        assertThat(rateLimiter.acquire(101, 0)).isNotNull();
        assertThat(rateLimiter.acquire(100, 0)).isNull();
    }

    @Test
    void aRequestThatWasNotTakenInUsedNothing() {
        RateLimiter rateLimiter = limiter(ProviderOptions.RateLimits.none().withTokensPerMinute(600));
        rateLimiter.acquire(500, 0);
        rateLimiter.release(500, 0, 0);
        assertThat(rateLimiter.acquire(600, 0)).isNull();
    }

    @Test
    void soManyAtOnceAndNotOneMore() {
        RateLimiter rateLimiter = limiter(ProviderOptions.RateLimits.none().withConcurrent(2));
        assertThat(rateLimiter.acquire(1, 0)).isNull();
        assertThat(rateLimiter.acquire(1, 0)).isNull();
        assertThat(rateLimiter.acquire(1, 0)).isEqualTo(Duration.ofMillis(100));
        assertThat(rateLimiter.acquire(1, 0)).isNotNull();
        rateLimiter.release(1, RateLimiter.UNKNOWN, 0);
        assertThat(rateLimiter.acquire(1, 0)).isNull();
        assertThat(rateLimiter.acquire(1, 0)).isNotNull();
    }

    @Test
    void whoeverIsRefusedByOneLimitTakesNothingFromTheOthers() {
        RateLimiter rateLimiter = limiter(new ProviderOptions.RateLimits(2, 600, 2));
        assertThat(rateLimiter.acquire(600, 0)).isNull();
        assertThat(rateLimiter.acquire(100, 0)).isEqualTo(Duration.ofSeconds(10)); // tokens; the request is given back
        assertThat(rateLimiter.acquire(100, 0)).isEqualTo(Duration.ofSeconds(10));
        assertThat(rateLimiter.acquire(100, 10 * SECOND)).isNull(); // so one request and one place were left
        rateLimiter.release(600, 600, 10 * SECOND);
        rateLimiter.release(100, 100, 10 * SECOND);
        assertThat(rateLimiter.acquire(1, 10 * SECOND).toMillis()).isEqualTo(20_000); // requests
    }

    private static RateLimiter limiter(ProviderOptions.RateLimits limits) {
        return new RateLimiter(limits, (requests, tokens) -> {}, 0);
    }
}
