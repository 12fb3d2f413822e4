package dev.understudy.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class LatencyStatisticsTest {

    private static final long SECOND = 1_000_000_000L;
    private static final Offset<Double> A_HAIR = within(1.0);

    private final LatencyStatistics latencyStatistics = new LatencyStatistics(-SECOND);

    @Test
    void latencyIsZeroWithoutSamples() {
        assertThat(latencyStatistics.at(0)).isZero();
    }

    @Test
    void slowerSampleCountsInFull() {
        latencyStatistics.sample(100, 0);
        latencyStatistics.sample(5_000, 0);
        assertThat(latencyStatistics.at(0)).isCloseTo(5_000, A_HAIR);
    }

    @Test
    void fasterSampleCountsByElapsedTime() {
        latencyStatistics.sample(1_000_000, 0);
        latencyStatistics.sample(1_000, 0);
        assertThat(latencyStatistics.at(0)).isCloseTo(1_000_000, A_HAIR);
        latencyStatistics.sample(100_000, 10 * SECOND);
        double decay = Math.exp(-1);
        assertThat(latencyStatistics.at(10 * SECOND)).isCloseTo(1_000_000 * decay + 100_000 * (1 - decay), A_HAIR);
    }

    @Test
    void averageDecaysWithoutSamples() {
        latencyStatistics.sample(1_000_000, 0);
        assertThat(latencyStatistics.at(10 * SECOND)).isCloseTo(1_000_000 / Math.E, A_HAIR);
        assertThat(latencyStatistics.at(200 * SECOND)).isLessThan(1);
    }

    @Test
    void steadySamplesEqualTheAverage() {
        for (int i = 0; i < 1000; i++) {
            latencyStatistics.sample(300, i * SECOND / 10);
        }
        assertThat(latencyStatistics.at(100 * SECOND - SECOND / 10)).isCloseTo(300, A_HAIR);
    }

    @Test
    void lowerBoundOnlyRaisesTheAverage() {
        latencyStatistics.sample(1_000, 0);
        latencyStatistics.atLeast(10, 10 * SECOND);
        assertThat(latencyStatistics.at(10 * SECOND)).isCloseTo(1_000 / Math.E, A_HAIR);
        latencyStatistics.atLeast(9_000, 10 * SECOND);
        assertThat(latencyStatistics.at(10 * SECOND)).isCloseTo(9_000, A_HAIR);
    }

    @Test
    void slowerSampleNeverMeansALowerAverage() {
        latencyStatistics.sample(1_000, 5 * SECOND);
        latencyStatistics.sample(367, 15 * SECOND); // below and above the decayed average of 367.9
        double faster = latencyStatistics.at(15 * SECOND);
        LatencyStatistics other = new LatencyStatistics(-SECOND);
        other.sample(1_000, 5 * SECOND);
        other.sample(369, 15 * SECOND);
        assertThat(other.at(15 * SECOND)).isGreaterThan(faster);
        assertThat(faster).isCloseTo(1_000 / Math.E + 367 * (1 - 1 / Math.E), A_HAIR);
    }
}
