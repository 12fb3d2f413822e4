package dev.understudy.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.policy.ProviderOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RateLimiterTest {

    private static final Duration FULL = Duration.ofNanos(1);
    private static final long SECOND = 1_000_000_000L;

    @Test
    void noLimitsMeansNoWait() {
        RateLimiter rateLimiter = limiter(ProviderOptions.RateLimits.none());
        assertThat(rateLimiter.isOff()).isTrue();
        for (int i = 0; i < 1000; i++) {
            assertThat(acquire(rateLimiter, 1_000_000, 0)).isNull();
        }
    }

    @Test
    void requestsRefillEvenly() {
        RateLimiter rateLimiter = limiter(ProviderOptions.RateLimits.none().withRequestsPerMinute(6));
        for (int i = 0; i < 6; i++) {
            assertThat(acquire(rateLimiter, 1, 0)).isNull();
        }
        assertThat(acquire(rateLimiter, 1, 0)).isEqualTo(Duration.ofSeconds(10));
        assertThat(acquire(rateLimiter, 1, 10 * SECOND - 10)).isBetween(Duration.ofNanos(1), Duration.ofNanos(20));
        assertThat(acquire(rateLimiter, 1, 10 * SECOND + 1)).isNull();
    }

    @Test
    void endedCallReturnsNoRequest() {
        RateLimiter rateLimiter = limiter(ProviderOptions.RateLimits.none().withRequestsPerMinute(1));
        assertThat(acquire(rateLimiter, 1, 0)).isNull();
        rateLimiter.release(1, 1, 0);
        assertThat(acquire(rateLimiter, 1, 0)).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void usageCorrectsEstimatedTokens() {
        RateLimiter rateLimiter = limiter(ProviderOptions.RateLimits.none().withTokensPerMinute(600));
        assertThat(acquire(rateLimiter, 500, 0)).isNull();
        assertThat(acquire(rateLimiter, 200, 0)).isEqualTo(Duration.ofSeconds(10));
        rateLimiter.release(500, 300, 0); // returns 200 tokens
        assertThat(acquire(rateLimiter, 200, 0)).isNull();
        rateLimiter.release(200, 700, 0); // takes 500 more, which leaves a debt of 400 - 100
        assertThat(acquire(rateLimiter, 1, 0)).isEqualTo(Duration.ofMillis(40_100));
    }

    @Test
    void unknownUsageKeepsTheEstimate() {
        RateLimiter rateLimiter = limiter(ProviderOptions.RateLimits.none().withTokensPerMinute(600));
        acquire(rateLimiter, 500, 0);
        rateLimiter.release(500, RateLimiter.UNKNOWN, 0);
        assertThat(acquire(rateLimiter, 101, 0)).isNotNull();
        assertThat(acquire(rateLimiter, 100, 0)).isNull();
    }

    @Test
    void refusedRequestUsesNoTokens() {
        RateLimiter rateLimiter = limiter(ProviderOptions.RateLimits.none().withTokensPerMinute(600));
        acquire(rateLimiter, 500, 0);
        rateLimiter.release(500, 0, 0);
        assertThat(acquire(rateLimiter, 600, 0)).isNull();
    }

    @Test
    void concurrentCallsAreLimited() {
        RateLimiter rateLimiter = limiter(ProviderOptions.RateLimits.none().withConcurrent(2));
        assertThat(acquire(rateLimiter, 1, 0)).isNull();
        assertThat(acquire(rateLimiter, 1, 0)).isNull();
        assertThat(acquire(rateLimiter, 1, 0)).isEqualTo(FULL);
        assertThat(acquire(rateLimiter, 1, 0)).isNotNull();
        rateLimiter.release(1, RateLimiter.UNKNOWN, 0);
        assertThat(acquire(rateLimiter, 1, 0)).isNull();
        assertThat(acquire(rateLimiter, 1, 0)).isNotNull();
    }

    @Test
    void refusalByOneLimitTakesNothing() {
        RateLimiter rateLimiter = limiter(ProviderOptions.RateLimits.none()
                .withRequestsPerMinute(2)
                .withTokensPerMinute(600)
                .withConcurrent(2));
        assertThat(acquire(rateLimiter, 600, 0)).isNull();
        assertThat(acquire(rateLimiter, 100, 0))
                .isEqualTo(Duration.ofSeconds(10)); // refused by tokens; the request is returned
        assertThat(acquire(rateLimiter, 100, 0)).isEqualTo(Duration.ofSeconds(10));
        assertThat(acquire(rateLimiter, 100, 10 * SECOND)).isNull(); // one request and one concurrent call remain
        rateLimiter.release(600, 600, 10 * SECOND);
        rateLimiter.release(100, 100, 10 * SECOND);
        assertThat(acquire(rateLimiter, 1, 10 * SECOND).toMillis()).isEqualTo(20_000); // refused by requests
    }

    private static @Nullable Duration acquire(RateLimiter rateLimiter, int estimate, long now) {
        if (!rateLimiter.concurrency().tryAcquire()) {
            return FULL;
        }
        Duration wait = rateLimiter.take(estimate, now);
        if (wait != null) {
            rateLimiter.concurrency().release();
        }
        return wait;
    }

    private static RateLimiter limiter(ProviderOptions.RateLimits limits) {
        return new RateLimiter(limits, (requests, tokens) -> {}, 0);
    }

    @Test
    void anyLimitTurnsTheLimiterOn() {
        ProviderOptions.RateLimits none = ProviderOptions.RateLimits.none();
        assertThat(limiter(none.withConcurrent(1)).isOff()).isFalse();
        assertThat(limiter(none.withRequestsPerMinute(1)).isOff()).isFalse();
        assertThat(limiter(none.withTokensPerMinute(1)).isOff()).isFalse();
    }

    @Test
    void useOfLimitsPerMinuteIsReported() {
        assertThat(spending(ProviderOptions.RateLimits.none().withConcurrent(1)))
                .containsExactly("0 0");
        assertThat(spending(ProviderOptions.RateLimits.none().withRequestsPerMinute(6)))
                .containsExactly("1 0");
        assertThat(spending(ProviderOptions.RateLimits.none().withTokensPerMinute(600)))
                .containsExactly("0 500", "0 -200");
    }

    private static List<String> spending(ProviderOptions.RateLimits limits) {
        List<String> spent = new ArrayList<>();
        RateLimiter rateLimiter = new RateLimiter(limits, (requests, tokens) -> spent.add(requests + " " + tokens), 0);
        acquire(rateLimiter, 500, 0);
        rateLimiter.release(500, 300, 0);
        return spent;
    }

    @Test
    void resetFillsTheLimitsPerMinute() {
        RateLimiter rateLimiter = limiter(
                ProviderOptions.RateLimits.none().withRequestsPerMinute(2).withTokensPerMinute(600));
        assertThat(acquire(rateLimiter, 600, 0)).isNull();
        rateLimiter.reset(0);
        assertThat(acquire(rateLimiter, 300, 0)).isNull();
        assertThat(acquire(rateLimiter, 300, 0)).isNull();
        assertThat(acquire(rateLimiter, 1, 0)).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void spendingOfOtherInstancesIsTakenFromTheLimits() {
        RateLimiter requests = limiter(ProviderOptions.RateLimits.none().withRequestsPerMinute(6));
        requests.spentElsewhere(6, 100, 0);
        assertThat(acquire(requests, 1, 0)).isEqualTo(Duration.ofSeconds(10));
        RateLimiter tokens = limiter(ProviderOptions.RateLimits.none().withTokensPerMinute(600));
        tokens.spentElsewhere(6, 600, 0);
        assertThat(acquire(tokens, 100, 0)).isEqualTo(Duration.ofSeconds(10));
    }
}
