package dev.understudy.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.Usage;
import dev.understudy.policy.ProviderOptions;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Numbers of tokens as large as a vendor can report. */
class LargeCountsTest {

    private static final int MOST = Integer.MAX_VALUE;
    private static final Usage TOLD = Usage.of(MOST, MOST).withCachedInput(MOST).withReasoning(MOST);

    @Test
    void tokenSumsSaturate() {
        assertThat(TOLD.plus(TOLD)).isEqualTo(TOLD);
        assertThat(TOLD.plus(Usage.of(1, 1)).total()).isEqualTo(MOST);
        assertThat(Usage.of(MOST, 1).total()).isEqualTo(MOST);
    }

    @Test
    void costIsNeverNegative() {
        assertThat(Capabilities.Price.of(1, 2).cost(TOLD)).isPositive();
    }

    @Test
    void debtOfOneUsageIsBounded() {
        RateLimiter rateLimiter = new RateLimiter(
                ProviderOptions.RateLimits.none().withTokensPerMinute(200_000), (requests, tokens) -> {}, 0);
        assertThat(rateLimiter.take(100, 0)).isNull();
        rateLimiter.release(100, MOST, 0);
        Duration wait = rateLimiter.take(100, 0);
        assertThat(wait).isNotNull().isLessThanOrEqualTo(Duration.ofMinutes(11));
        assertThat(rateLimiter.take(100, Duration.ofMinutes(11).toNanos())).isNull();
    }
}
