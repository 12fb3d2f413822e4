package dev.understudy.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LatencyPercentileTest {

    private final LatencyStatistics samples = new LatencyStatistics(0);

    @Test
    void percentileNeedsTenSamples() {
        IntStream.range(0, 9).forEach(i -> samples.sample(1000, 0));
        assertThat(samples.percentile(0.95)).isZero();
        samples.sample(1000, 0);
        assertThat(samples.percentile(0.95)).isEqualTo(1000);
    }

    @Test
    void percentilesEqualSortedSamples() {
        long[] shuffled = LongStream.rangeClosed(1, 100).toArray();
        Random random = new Random(3);
        for (int i = 99; i > 0; i--) {
            int j = random.nextInt(i + 1);
            long kept = shuffled[i];
            shuffled[i] = shuffled[j];
            shuffled[j] = kept;
        }
        LongStream.of(shuffled).forEach(nanos -> samples.sample(nanos, 0));
        assertThat(samples.percentile(0.5)).isEqualTo(50);
        assertThat(samples.percentile(0.95)).isEqualTo(95);
        assertThat(samples.percentile(0.999)).isEqualTo(100);
        assertThat(samples.percentile(0.001)).isEqualTo(1);
    }

    @Test
    void lastHundredSamplesCount() {
        IntStream.range(0, 100).forEach(i -> samples.sample(1_000_000, 0));
        IntStream.range(0, 100).forEach(i -> samples.sample(7, 0));
        assertThat(samples.percentile(0.99)).isEqualTo(7);
    }

    @Test
    void lowerBoundsNeverRaiseThePercentileBeyondMeasuredSamples() {
        IntStream.rangeClosed(1, 100).forEach(i -> samples.sample(i, 0));
        for (int i = 0; i < 90; i++) {
            samples.slowerThan(samples.percentile(0.95) + 50, 0);
            assertThat(samples.percentile(0.95)).isBetween(95L, 100L);
        }
    }

    @Test
    void lowerBoundsAddToTheWeightOfGreaterSamples() {
        IntStream.range(0, 90).forEach(i -> samples.sample(100, 0));
        IntStream.range(0, 6).forEach(i -> samples.slowerThan(200, 0));
        IntStream.range(0, 4).forEach(i -> samples.sample(5_000, 0));
        assertThat(samples.percentile(0.95)).isEqualTo(5_000);
        assertThat(samples.percentile(0.9)).isEqualTo(100);
    }

    @Test
    void lowerBoundsAloneGiveNoPercentile() {
        IntStream.range(0, 20).forEach(i -> samples.slowerThan(1_000, 0));
        assertThat(samples.percentile(0.95)).isZero();
    }

    @Test
    void oneSlowSampleInTwentyExceedsP95() {
        IntStream.range(0, 100).forEach(i -> samples.sample(i % 20 == 0 ? 5_000 : 100, 0));
        assertThat(samples.percentile(0.95)).isEqualTo(100);
    }

    @Test
    void lowerBoundAtTheMedianCounts() {
        IntStream.range(0, 10).forEach(i -> samples.sample(100, 0));
        IntStream.range(0, 30).forEach(i -> samples.slowerThan(100, 0));
        IntStream.range(0, 2).forEach(i -> samples.sample(5_000, 0));
        assertThat(samples.percentile(0.5))
                .as("32 of 42 samples lie above the 10 measured ones")
                .isEqualTo(5_000);
    }
}
