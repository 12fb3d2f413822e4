package dev.understudy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class LatencyTest {

    private static final long SECOND = 1_000_000_000L;
    private static final Offset<Double> A_HAIR = within(1.0);

    private final Latency latency = new Latency(-SECOND);

    @Test
    void nothingIsKnownAtFirst() {
        assertThat(latency.at(0)).isZero();
    }

    @Test
    void aSlowerSampleCountsInFullAtOnce() {
        latency.sample(100, 0);
        latency.sample(5_000, 0);
        assertThat(latency.at(0)).isCloseTo(5_000, A_HAIR);
    }

    @Test
    void aFasterSampleCountsByTheTimeThatHasPassed() {
        latency.sample(1_000_000, 0);
        latency.sample(1_000, 0);
        assertThat(latency.at(0)).isCloseTo(1_000_000, A_HAIR);
        latency.sample(100_000, 10 * SECOND);
        double decay = Math.exp(-1);
        assertThat(latency.at(10 * SECOND)).isCloseTo(1_000_000 * decay + 100_000 * (1 - decay), A_HAIR);
    }

    @Test
    void whatIsNotSampledIsForgottenByAndBy() {
        latency.sample(1_000_000, 0);
        assertThat(latency.at(10 * SECOND)).isCloseTo(1_000_000 / Math.E, A_HAIR);
        assertThat(latency.at(200 * SECOND)).isLessThan(1);
    }

    @Test
    void steadySamplesAreTheirOwnAverage() {
        for (int i = 0; i < 1000; i++) {
            latency.sample(300, i * SECOND / 10);
        }
        assertThat(latency.at(100 * SECOND - SECOND / 10)).isCloseTo(300, A_HAIR);
    }

    @Test
    void aLowerBoundRaisesItAndNeverLowersIt() {
        latency.sample(1_000, 0);
        latency.atLeast(10, 10 * SECOND);
        assertThat(latency.at(10 * SECOND)).isCloseTo(1_000 / Math.E, A_HAIR);
        latency.atLeast(9_000, 10 * SECOND);
        assertThat(latency.at(10 * SECOND)).isCloseTo(9_000, A_HAIR);
    }
}
