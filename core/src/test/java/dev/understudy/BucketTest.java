package dev.understudy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class BucketTest {

    private static final long SECOND = 1_000_000_000L;

    @Test
    void itIsFullAtTheBeginningAndNeverHoldsMore() {
        Bucket bucket = new Bucket(3, 1, -5);
        assertThat(bucket.tokens(1000 * SECOND)).isEqualTo(3);
        assertThat(bucket.take(1, 0)).isTrue();
        assertThat(bucket.take(2, 0)).isTrue();
        assertThat(bucket.take(1, 0)).isFalse();
    }

    @Test
    void timeFillsItEvenly() {
        Bucket bucket = new Bucket(60, 2, 0);
        assertThat(bucket.take(60, 0)).isTrue();
        assertThat(bucket.take(1, SECOND / 2 - 1)).isFalse();
        assertThat(bucket.take(1, SECOND / 2)).isTrue();
        assertThat(bucket.tokens(10 * SECOND)).isCloseTo(19, within(1e-6));
    }

    @Test
    void whatIsRefusedTakesNothing() {
        Bucket bucket = new Bucket(10, 0, 0);
        assertThat(bucket.take(8, 0)).isTrue();
        assertThat(bucket.take(3, 0)).isFalse();
        assertThat(bucket.tokens(0)).isEqualTo(2);
    }

    @Test
    void moreThanItCanHoldIsGrantedWhenItIsFullAndLeavesADebt() {
        Bucket bucket = new Bucket(10, 1, 0);
        assertThat(bucket.take(25, 0)).isTrue();
        assertThat(bucket.tokens(0)).isEqualTo(-15);
        assertThat(bucket.take(1, 15 * SECOND)).isFalse();
        assertThat(bucket.take(1, 16 * SECOND)).isTrue();
    }

    @Test
    void itTellsHowLongUntilThereAreEnough() {
        Bucket bucket = new Bucket(10, 2, 0);
        assertThat(bucket.until(10, 0)).isZero();
        bucket.take(10, 0);
        assertThat(bucket.until(3, 0)).isEqualTo(3 * SECOND / 2);
        assertThat(bucket.take(3, bucket.until(3, 0))).isTrue();
    }

    @Test
    void aCorrectionPutsBackUpToItsSizeOrLeavesADebt() {
        Bucket bucket = new Bucket(10, 1, 0);
        bucket.take(4, 0);
        bucket.add(100, 0);
        assertThat(bucket.tokens(0)).isEqualTo(10);
        bucket.add(-12, 0);
        assertThat(bucket.tokens(0)).isEqualTo(-2);
    }

    @Test
    void aClockThatIsReadLateTakesNothingBack() {
        Bucket bucket = new Bucket(10, 1, 0);
        bucket.take(10, 5 * SECOND);
        assertThat(bucket.tokens(3 * SECOND)).isZero();
    }

    @Test
    void fourThreadsTakeExactlyWhatIsThere() throws InterruptedException {
        Bucket bucket = new Bucket(10_000, 0, 0);
        AtomicInteger taken = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(4);
        for (int thread = 0; thread < 4; thread++) {
            Random random = new Random(7 + thread);
            new Thread(() -> {
                        for (int i = 0; i < 20_000; i++) {
                            int tokens = 1 + random.nextInt(3);
                            if (bucket.take(tokens, 0)) {
                                taken.addAndGet(tokens);
                            }
                        }
                        done.countDown();
                    })
                    .start();
        }
        done.await();
        assertThat(taken.get() + bucket.tokens(0)).isEqualTo(10_000);
        assertThat(bucket.tokens(0)).isBetween(0.0, 2.0);
    }
}
