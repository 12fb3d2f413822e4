package dev.understudy.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class StreamPaceTest {

    private static final long MILLI = 1_000_000;
    private static final ResumePolicy.Hedging POLICY =
            ResumePolicy.Hedging.defaults().withAtLeast(Duration.ofMillis(500)).withFactor(3);

    private final StreamPace pace = new StreamPace(POLICY);
    private long now = 7_000 * MILLI;

    private void chunksEvery(long millis, int count) {
        for (int i = 0; i < count; i++) {
            now += millis * MILLI;
            pace.chunk(now);
        }
    }

    private long suspiciousAfter() {
        return pace.untilSuspicious(now) / MILLI;
    }

    @Test
    void fastStreamIsSuspectedAfterTheFloor() {
        chunksEvery(20, 10);
        assertThat(suspiciousAfter()).isEqualTo(500);
        now += 400 * MILLI;
        assertThat(suspiciousAfter()).isEqualTo(100);
        assertThat(pace.silence(now) / MILLI).isEqualTo(400);
    }

    @Test
    void firstChunkAloneHasTheFloor() {
        pace.chunk(now);
        assertThat(suspiciousAfter()).isEqualTo(500);
    }

    @Test
    void slowStreamIsSuspectedAfterAMultipleOfItsGaps() {
        chunksEvery(400, 10);
        assertThat(suspiciousAfter()).isEqualTo(1_200);
    }

    @Test
    void longGapFadesWithFurtherChunks() {
        chunksEvery(20, 5);
        chunksEvery(1_000, 1);
        assertThat(suspiciousAfter()).isEqualTo(3_000);
        chunksEvery(20, 20);
        assertThat(suspiciousAfter()).isBetween(900L, 1_300L);
        chunksEvery(20, 60);
        assertThat(suspiciousAfter()).isEqualTo(500);
    }

    @Test
    void timeBeforeARestartDoesNotCount() {
        chunksEvery(20, 5);
        now += 10_000 * MILLI;
        pace.restart(now);
        assertThat(suspiciousAfter()).isEqualTo(500);
    }
}
