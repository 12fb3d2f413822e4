package dev.understudy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class WindowTest {

    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

    /** Keeps every sample and looks at all of them. */
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

        Window.Tally tally(long elapsed) {
            int failures = 0;
            int calls = 0;
            for (Sample sample : samples) {
                if (sample.bucket > elapsed / width - 32 && sample.bucket <= elapsed / width) {
                    calls++;
                    failures += sample.ok ? 0 : 1;
                }
            }
            return new Window.Tally(failures, calls);
        }
    }

    @Test
    void countsLikeItsNaiveTwin() {
        Schedules.each(100_000, random -> {
            long origin = random.nextInt(4) == 0 ? Long.MAX_VALUE - random.nextInt(500) : random.nextLong();
            long length = 1 + random.nextInt(random.nextBoolean() ? 40 : 2_000);
            Window window = new Window(length, origin);
            Naive naive = new Naive(length);
            long elapsed = 0;
            for (int step = 0; step < 40; step++) {
                elapsed += step(random.nextInt(10), random.nextInt(1_000_000), length);
                if (random.nextInt(5) > 0) {
                    // Threads read the clock before they come to the window.
                    long late = Math.max(0, elapsed - random.nextLong(length / 32 + 1));
                    boolean ok = random.nextBoolean();
                    naive.add(ok, late);
                    if (ok) {
                        window.success(origin + late);
                    } else {
                        window.failure(origin + late);
                    }
                }
                Schedules.same("tally", window.tally(origin + elapsed), naive.tally(elapsed));
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
    void forgetsWhatIsOlderThanItsLengthAndKeepsWhatIsClearlyYounger() {
        Window window = new Window(MINUTE, 0);
        window.failure(0);
        window.success(1);
        assertThat(window.tally(MINUTE * 31 / 32 - 1)).isEqualTo(new Window.Tally(1, 2));
        assertThat(window.tally(MINUTE)).isEqualTo(Window.Tally.NONE);
    }

    @Test
    void startsAfreshAfterAYearOfSilence() {
        Window window = new Window(MINUTE, 0);
        window.failure(MINUTE / 2);
        long later = TimeUnit.DAYS.toNanos(365);
        assertThat(window.tally(later)).isEqualTo(Window.Tally.NONE);
        window.success(later);
        assertThat(window.tally(later)).isEqualTo(new Window.Tally(0, 1));
    }

    @Test
    void countsASampleThatComesAWholeWindowLate() {
        Window window = new Window(MINUTE, 0);
        window.success(MINUTE + 1);
        window.failure(1);
        assertThat(window.tally(MINUTE + 1)).isEqualTo(new Window.Tally(1, 2));
    }

    @Test
    void aFullBucketStandsStillAndDoesNotSpillOver() {
        Window window = new Window(MINUTE, 0);
        for (int i = 0; i < 1_100_000; i++) {
            window.success(0);
            window.failure(0);
        }
        assertThat(window.tally(0)).isEqualTo(new Window.Tally((1 << 20) - 1, (1 << 21) - 2));
        assertThat(window.tally(MINUTE / 2)).isEqualTo(new Window.Tally((1 << 20) - 1, (1 << 21) - 2));
        assertThat(window.tally(MINUTE)).isEqualTo(Window.Tally.NONE);
    }
}
