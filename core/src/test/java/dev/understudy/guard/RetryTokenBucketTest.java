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
    void bucketStartsWithTheFloorOfItsMemory() {
        assertThat(taken(tokens, 0)).isEqualTo(10);
        assertThat(tokens.take(0)).isFalse();
    }

    @Test
    void timeEarnsTheFloorUpToTheMemory() {
        taken(tokens, 0);
        assertThat(tokens.take(SECOND - 1)).isFalse();
        assertThat(tokens.take(SECOND)).isTrue();
        assertThat(tokens.left(100 * SECOND)).isEqualTo(10);
    }

    @Test
    void fiveFirstAttemptsEarnOneRetry() {
        taken(tokens, 0);
        for (int i = 0; i < 4; i++) {
            tokens.earn(0);
            assertThat(tokens.take(0)).isFalse();
        }
        tokens.earn(0);
        tokens.earn(0); // above one, because 5 × 0.2 may be rounded down
        assertThat(tokens.take(0)).isTrue();
    }

    /** 80 first attempts a second earn 16 tokens: the floor is not added, so that the load stays at 1.2 times. */
    @Test
    void shareAppliesUnderLoad() {
        taken(tokens, 0);
        assertThat(retriesIn(60, 80)).isBetween(60 * 16 - 1, 60 * 16);
    }

    @Test
    void floorAppliesUnderLittleLoad() {
        taken(tokens, 0);
        assertThat(retriesIn(60, 2)).isBetween(59, 60);
    }

    @Test
    void noLimitAlwaysGrants() {
        RetryTokenBucket unlimited = new RetryTokenBucket(RetryBudget.none(), 0);
        for (int i = 0; i < 10_000; i++) {
            assertThat(unlimited.take(0)).isTrue();
        }
        assertThat(unlimited.left(0)).isInfinite();
    }

    @Test
    void zeroShareKeepsTheFloor() {
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
