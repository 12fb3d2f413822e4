package dev.understudy.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.SeededRuns;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SlidingWindowTest {

    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

    /** Naive implementation that keeps every sample. */
    private static final class Naive {
        private record Sample(long bucket, boolean ok) {}

        private final List<Sample> samples = new ArrayList<>();
        private final long width;

        Naive(long length) {
            this.width = (length + 31) / 32;
        }

        void add(boolean ok, long elapsed) {
            samples.add(new Sample(elapsed / width, ok));
        }

        SlidingWindow.Tally tally(long elapsed) {
            int failures = 0;
            int calls = 0;
            for (Sample sample : samples) {
                if (sample.bucket > elapsed / width - 32 && sample.bucket <= elapsed / width) {
                    calls++;
                    failures += sample.ok ? 0 : 1;
                }
            }
            return new SlidingWindow.Tally(failures, calls);
        }
    }

    @Test
    void countsLikeTheNaiveImplementation() {
        SeededRuns.each(100_000, random -> {
            long origin = random.nextInt(4) == 0 ? Long.MAX_VALUE - random.nextInt(500) : random.nextLong();
            long length = 1 + random.nextInt(random.nextBoolean() ? 40 : 2_000);
            SlidingWindow slidingWindow = new SlidingWindow(length, origin);
            Naive naive = new Naive(length);
            long elapsed = 0;
            for (int step = 0; step < 40; step++) {
                elapsed += step(random.nextInt(10), random.nextInt(1_000_000), length);
                if (random.nextInt(5) > 0) {
                    // Threads read the clock before they add a sample.
                    long late = Math.max(0, elapsed - random.nextLong(length / 32 + 1));
                    boolean ok = random.nextBoolean();
                    naive.add(ok, late);
                    if (ok) {
                        slidingWindow.success(origin + late);
                    } else {
                        slidingWindow.failure(origin + late);
                    }
                }
                SeededRuns.same("tally", slidingWindow.tally(origin + elapsed), naive.tally(elapsed));
            }
        });
    }

    private static long step(int kind, int chance, long length) {
        return switch (kind) {
            case 0, 1, 2 -> 0;
            case 3, 4, 5 -> chance % (length / 32 + 2);
            case 6, 7 -> chance % (length + 1);
            case 8 -> length;
            default -> chance;
        };
    }

    @Test
    void forgetsSamplesOlderThanTheWindow() {
        SlidingWindow slidingWindow = new SlidingWindow(MINUTE, 0);
        slidingWindow.failure(0);
        slidingWindow.success(1);
        assertThat(slidingWindow.tally(MINUTE * 31 / 32 - 1)).isEqualTo(new SlidingWindow.Tally(1, 2));
        assertThat(slidingWindow.tally(MINUTE)).isEqualTo(SlidingWindow.Tally.NONE);
    }

    @Test
    void isEmptyAfterAYearWithoutSamples() {
        SlidingWindow slidingWindow = new SlidingWindow(MINUTE, 0);
        slidingWindow.failure(MINUTE / 2);
        long later = TimeUnit.DAYS.toNanos(365);
        assertThat(slidingWindow.tally(later)).isEqualTo(SlidingWindow.Tally.NONE);
        slidingWindow.success(later);
        assertThat(slidingWindow.tally(later)).isEqualTo(new SlidingWindow.Tally(0, 1));
    }

    @Test
    void countsSampleThatIsAWholeWindowLate() {
        SlidingWindow slidingWindow = new SlidingWindow(MINUTE, 0);
        slidingWindow.success(MINUTE + 1);
        slidingWindow.failure(1);
        assertThat(slidingWindow.tally(MINUTE + 1)).isEqualTo(new SlidingWindow.Tally(1, 2));
    }

    @Test
    void fullBucketSaturates() {
        SlidingWindow slidingWindow = new SlidingWindow(MINUTE, 0);
        for (int i = 0; i < 1_100_000; i++) {
            slidingWindow.success(0);
            slidingWindow.failure(0);
        }
        assertThat(slidingWindow.tally(0)).isEqualTo(new SlidingWindow.Tally((1 << 20) - 1, (1 << 21) - 2));
        assertThat(slidingWindow.tally(MINUTE / 2)).isEqualTo(new SlidingWindow.Tally((1 << 20) - 1, (1 << 21) - 2));
        assertThat(slidingWindow.tally(MINUTE)).isEqualTo(SlidingWindow.Tally.NONE);
    }
}
