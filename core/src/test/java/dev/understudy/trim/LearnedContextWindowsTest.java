package dev.understudy.trim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class LearnedContextWindowsTest {

    private static final long NOW = 1_000;

    private final LearnedContextWindows learnedContextWindows = new LearnedContextWindows();

    @Test
    void unknownWindowIsNull() {
        assertThat(learnedContextWindows.known("p", "m", null, NOW)).isNull();
    }

    @Test
    void smallerLearnedWindowOverridesDeclared() {
        assertThat(learnedContextWindows.known("p", "m", 200_000, NOW)).isEqualTo(200_000);

        learnedContextWindows.note("p", "m", overflow(128_000), NOW);

        assertThat(learnedContextWindows.known("p", "m", 200_000, NOW)).isEqualTo(128_000);
    }

    @Test
    void largerLearnedWindowIsIgnored() {
        learnedContextWindows.note("p", "m", overflow(9_000), NOW);

        assertThat(learnedContextWindows.known("p", "m", 8_000, NOW)).isEqualTo(8_000);
    }

    @Test
    void learnsPerProviderAndModel() {
        learnedContextWindows.note("p", "m", overflow(8_000), NOW);

        assertThat(learnedContextWindows.known("p", "m", null, NOW)).isEqualTo(8_000);
        assertThat(learnedContextWindows.known("p", "other", null, NOW)).isNull();
        assertThat(learnedContextWindows.known("elsewhere", "m", null, NOW)).isNull();
    }

    @Test
    void latestOverflowCounts() {
        learnedContextWindows.note("p", "m", overflow(8_000), NOW);
        learnedContextWindows.note("p", "m", overflow(16_000), NOW);

        assertThat(learnedContextWindows.known("p", "m", null, NOW)).isEqualTo(16_000);
    }

    @Test
    void isForgottenAfterAnHour() {
        learnedContextWindows.note("p", "m", overflow(8_000), NOW);
        long hour = Duration.ofHours(1).toNanos();

        assertThat(learnedContextWindows.known("p", "m", 32_000, NOW + hour - 1))
                .isEqualTo(8_000);
        assertThat(learnedContextWindows.known("p", "m", 32_000, NOW + hour)).isEqualTo(32_000);
    }

    @Test
    void failuresWithoutWindowAreIgnored() {
        learnedContextWindows.note("p", "m", Failure.of(FailureKind.CONTEXT_OVERFLOW, "too long"), NOW);
        learnedContextWindows.note("p", "m", overflow(0), NOW);

        assertThat(learnedContextWindows.size()).isZero();
    }

    @Test
    void oldestEntryIsEvicted() {
        for (int i = 0; i < LearnedContextWindows.CAPACITY; i++) {
            learnedContextWindows.note("p", "m" + i, overflow(i + 1), NOW);
        }
        learnedContextWindows.note("p", "m0", overflow(1), NOW);
        learnedContextWindows.note("p", "new", overflow(5), NOW);

        assertThat(learnedContextWindows.size()).isEqualTo(LearnedContextWindows.CAPACITY);
        assertThat(learnedContextWindows.known("p", "m0", null, NOW)).isEqualTo(1);
        assertThat(learnedContextWindows.known("p", "m1", null, NOW)).isNull();
        assertThat(learnedContextWindows.known("p", "new", null, NOW)).isEqualTo(5);
    }

    @Test
    void concurrentUpdatesAreNotLost() {
        List<CompletableFuture<Void>> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            int thread = t;
            threads.add(CompletableFuture.runAsync(() -> {
                for (int i = 0; i < 100; i++) {
                    learnedContextWindows.note("p", thread + "-" + i, overflow(i + 1), NOW);
                }
            }));
        }
        threads.forEach(CompletableFuture::join);

        assertThat(learnedContextWindows.size()).isEqualTo(400);
    }

    private static Failure overflow(int window) {
        return Failure.of(FailureKind.CONTEXT_OVERFLOW, "too long").withWindow(window);
    }
}
