package dev.understudy.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.understudy.policy.RetryBudget;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RetryTokenBucketTest {

    private static final long SECOND = 1_000_000_000L;

    private final RetryTokenBucket tokens = new RetryTokenBucket(RetryBudget.defaults(), 0);

    @Test
    void tenSecondsOfTheFloorAreThereFromTheStart() {
        assertThat(taken(tokens, 0)).isEqualTo(10);
        assertThat(tokens.take(0)).isFalse();
    }

    @Test
    void withoutCallsTimeEarnsOneASecondUpToTheMemory() {
        taken(tokens, 0);
        assertThat(tokens.take(SECOND - 1)).isFalse();
        assertThat(tokens.take(SECOND)).isTrue();
        assertThat(tokens.left(100 * SECOND)).isEqualTo(10);
    }

    @Test
    void fiveFirstTriesEarnOneRetry() {
        taken(tokens, 0);
        for (int i = 0; i < 4; i++) {
            tokens.earn(0);
            assertThat(tokens.take(0)).isFalse();
        }
        tokens.earn(0);
        tokens.earn(0); // a hair more than one: 5 × 0.2 may be a hair less
        assertThat(tokens.take(0)).isTrue();
    }

    /** 80 first tries a second earn 16 and not 17: the floor is a floor, so a storm stays at 1.2 times. */
    @Test
    void underLoadTheShareCountsAndNotTheFloorBesides() {
        taken(tokens, 0);
        assertThat(retriesIn(60, 80)).isBetween(60 * 16 - 1, 60 * 16);
    }

    @Test
    void underLittleLoadTheFloorCounts() {
        taken(tokens, 0);
        assertThat(retriesIn(60, 2)).isBetween(59, 60);
    }

    @Test
    void withoutLimitThereIsAlwaysOne() {
        RetryTokenBucket unlimited = new RetryTokenBucket(RetryBudget.none(), 0);
        for (int i = 0; i < 10_000; i++) {
            assertThat(unlimited.take(0)).isTrue();
        }
        assertThat(unlimited.left(0)).isInfinite();
    }

    @Test
    void aShareOfNothingStillHasItsFloor() {
        RetryTokenBucket floor = new RetryTokenBucket(new RetryBudget(0.0, 0.5, Duration.ofSeconds(4)), 0);
        assertThat(taken(floor, 0)).isEqualTo(2);
        floor.earn(SECOND);
        assertThat(floor.left(2 * SECOND)).isCloseTo(1, within(1e-9));
    }

    private int retriesIn(int seconds, int callsPerSecond) {
        int retries = 0;
        for (int i = 1; i <= seconds * callsPerSecond; i++) {
            long now = i * SECOND / callsPerSecond;
            tokens.earn(now);
            retries += taken(tokens, now);
        }
        return retries;
    }

    private static int taken(RetryTokenBucket tokens, long now) {
        int taken = 0;
        while (tokens.take(now)) {
            taken++;
        }
        return taken;
    }
}
