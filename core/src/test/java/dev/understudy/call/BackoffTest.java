package dev.understudy.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.FixedRandom;
import dev.understudy.policy.RetryPolicy;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackoffTest {

    private static final RandomGenerator HIGHEST = new FixedRandom(1);
    private static final RandomGenerator MIDDLE = new FixedRandom(0.5);
    private static final RandomGenerator LOWEST = new FixedRandom(0);

    @ParameterizedTest
    @CsvSource({"1, 500", "2, 1000", "3, 2000", "4, 4000", "5, 8000", "6, 8000", "64, 8000", "1000, 8000"})
    void delayDoublesUpToTheCap(int retry, long millis) {
        assertThat(wait(retry, RetryPolicy.Jitter.NONE, MIDDLE)).isEqualTo(Duration.ofMillis(millis));
        assertThat(wait(retry, RetryPolicy.Jitter.FULL, HIGHEST)).isEqualTo(Duration.ofMillis(millis));
        assertThat(wait(retry, RetryPolicy.Jitter.FULL, MIDDLE)).isEqualTo(Duration.ofMillis(millis / 2));
        assertThat(wait(retry, RetryPolicy.Jitter.EQUAL, LOWEST)).isEqualTo(Duration.ofMillis(millis / 2));
        assertThat(wait(retry, RetryPolicy.Jitter.EQUAL, HIGHEST)).isEqualTo(Duration.ofMillis(millis));
    }

    @Test
    void fullJitterIsAtLeastTheFloor() {
        assertThat(wait(1, RetryPolicy.Jitter.FULL, LOWEST)).isEqualTo(Duration.ofMillis(50));
        assertThat(wait(5, RetryPolicy.Jitter.FULL, LOWEST)).isEqualTo(Duration.ofMillis(50));
    }

    @Test
    void throttlingDoublesTheBase() {
        assertThat(Backoff.retryDelay(1, true, Duration.ZERO, RetryPolicy.defaults(), HIGHEST))
                .isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void decorrelatedJitterGrowsFromTheLastDelay() {
        RetryPolicy policy = RetryPolicy.defaults().withJitter(RetryPolicy.Jitter.DECORRELATED);
        assertThat(Backoff.retryDelay(1, false, Duration.ZERO, policy, HIGHEST)).isEqualTo(Duration.ofMillis(500));
        assertThat(Backoff.retryDelay(2, false, Duration.ofSeconds(1), policy, HIGHEST))
                .isEqualTo(Duration.ofSeconds(3));
        assertThat(Backoff.retryDelay(3, false, Duration.ofSeconds(7), policy, HIGHEST))
                .isEqualTo(Duration.ofSeconds(8));
        assertThat(Backoff.retryDelay(3, false, Duration.ofSeconds(7), policy, LOWEST))
                .isEqualTo(Duration.ofMillis(500));
    }

    @Test
    void randomDelaysStayWithinBounds() {
        RandomGenerator random = new SplittableRandom(20261120);
        for (int i = 0; i < 10_000; i++) {
            int retry = 1 + i % 12;
            long full = Math.min(8000, 500L << Math.min(retry - 1, 20));
            assertThat(wait(retry, RetryPolicy.Jitter.FULL, random).toMillis()).isBetween(50L, full);
        }
    }

    @Test
    void retryAfterIsNeverShortened() {
        assertThat(Backoff.advisedDelay(Duration.ofSeconds(2), LOWEST)).isEqualTo(Duration.ofSeconds(2));
        assertThat(Backoff.advisedDelay(Duration.ofSeconds(2), HIGHEST)).isEqualTo(Duration.ofMillis(2200));
        assertThat(Backoff.advisedDelay(Duration.ofSeconds(Long.MAX_VALUE), LOWEST))
                .isPositive();
    }

    private static Duration wait(int retry, RetryPolicy.Jitter jitter, RandomGenerator random) {
        return Backoff.retryDelay(
                retry, false, Duration.ZERO, RetryPolicy.defaults().withJitter(jitter), random);
    }
}
