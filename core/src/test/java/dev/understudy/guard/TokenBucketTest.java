package dev.understudy.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TokenBucketTest {

    private static final long SECOND = 1_000_000_000L;

    @Test
    void startsFullAndIsCapped() {
        TokenBucket tokenBucket = new TokenBucket(3, 1, -5);
        assertThat(tokenBucket.tokens(1000 * SECOND)).isEqualTo(3);
        assertThat(tokenBucket.take(1, 0)).isTrue();
        assertThat(tokenBucket.take(2, 0)).isTrue();
        assertThat(tokenBucket.take(1, 0)).isFalse();
    }

    @Test
    void refillsEvenly() {
        TokenBucket tokenBucket = new TokenBucket(60, 2, 0);
        assertThat(tokenBucket.take(60, 0)).isTrue();
        assertThat(tokenBucket.take(1, SECOND / 2 - 1)).isFalse();
        assertThat(tokenBucket.take(1, SECOND / 2)).isTrue();
        assertThat(tokenBucket.tokens(10 * SECOND)).isCloseTo(19, within(1e-6));
    }

    @Test
    void refusalTakesNothing() {
        TokenBucket tokenBucket = new TokenBucket(10, 0, 0);
        assertThat(tokenBucket.take(8, 0)).isTrue();
        assertThat(tokenBucket.take(3, 0)).isFalse();
        assertThat(tokenBucket.tokens(0)).isEqualTo(2);
    }

    @Test
    void requestAboveCapacityLeavesADebt() {
        TokenBucket tokenBucket = new TokenBucket(10, 1, 0);
        assertThat(tokenBucket.take(25, 0)).isTrue();
        assertThat(tokenBucket.tokens(0)).isEqualTo(-15);
        assertThat(tokenBucket.take(1, 15 * SECOND)).isFalse();
        assertThat(tokenBucket.take(1, 16 * SECOND)).isTrue();
    }

    @Test
    void reportsTimeUntilEnoughTokens() {
        TokenBucket tokenBucket = new TokenBucket(10, 2, 0);
        assertThat(tokenBucket.until(10, 0)).isZero();
        tokenBucket.take(10, 0);
        assertThat(tokenBucket.until(3, 0)).isEqualTo(3 * SECOND / 2);
        assertThat(tokenBucket.take(3, tokenBucket.until(3, 0))).isTrue();
    }

    @Test
    void correctionIsCappedOrLeavesADebt() {
        TokenBucket tokenBucket = new TokenBucket(10, 1, 0);
        tokenBucket.take(4, 0);
        tokenBucket.add(100, 0);
        assertThat(tokenBucket.tokens(0)).isEqualTo(10);
        tokenBucket.add(-12, 0);
        assertThat(tokenBucket.tokens(0)).isEqualTo(-2);
    }

    @Test
    void lateClockReadingTakesNothing() {
        TokenBucket tokenBucket = new TokenBucket(10, 1, 0);
        tokenBucket.take(10, 5 * SECOND);
        assertThat(tokenBucket.tokens(3 * SECOND)).isZero();
    }

    @Test
    void concurrentTakesAreExact() throws InterruptedException {
        TokenBucket tokenBucket = new TokenBucket(10_000, 0, 0);
        AtomicInteger taken = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(4);
        for (int thread = 0; thread < 4; thread++) {
            Random random = new Random(7 + thread);
            new Thread(() -> {
                        for (int i = 0; i < 20_000; i++) {
                            int tokens = 1 + random.nextInt(3);
                            if (tokenBucket.take(tokens, 0)) {
                                taken.addAndGet(tokens);
                            }
                        }
                        done.countDown();
                    })
                    .start();
        }
        done.await();
        assertThat(taken.get() + tokenBucket.tokens(0)).isEqualTo(10_000);
        assertThat(tokenBucket.tokens(0)).isBetween(0.0, 2.0);
    }
}
