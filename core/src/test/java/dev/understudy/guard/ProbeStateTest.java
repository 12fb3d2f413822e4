package dev.understudy.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.policy.HealthCheckPolicy;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ProbeStateTest {

    private static final HealthCheckPolicy PROBES =
            HealthCheckPolicy.every(Duration.ofSeconds(10)).withThresholds(3, 2);
    private static final Instant AT = Instant.ofEpochSecond(5);

    @Test
    void firstSuccessIsAVerdict() {
        assertThat(ProbeState.NONE.healthy()).isNull();
        assertThat(probed("+").healthy()).isTrue();
        assertThat(probed("-").healthy()).isNull();
        assertThat(probed("-").failed()).isFalse();
    }

    @Test
    void threeFailuresMakeUnhealthy() {
        assertThat(probed("+--").failed()).isFalse();
        assertThat(probed("+---").failed()).isTrue();
        assertThat(probed("---").failed()).isTrue();
    }

    @Test
    void successResetsTheCount() {
        assertThat(probed("+--+--").failed()).isFalse();
        assertThat(probed("+--+---").failed()).isTrue();
    }

    @Test
    void twoSuccessesMakeHealthy() {
        assertThat(probed("---+").failed()).isTrue();
        assertThat(probed("---+-+").failed()).isTrue();
        assertThat(probed("---++").failed()).isFalse();
        assertThat(probed("---++").healthy()).isTrue();
    }

    @Test
    void runningCheckKeepsTheVerdict() {
        ProbeState out = probed("---");
        assertThat(out.begun().running()).isTrue();
        assertThat(out.begun().failed()).isTrue();
        assertThat(out.begun().consecutive()).isEqualTo(3);
        assertThat(out.begun().abandoned()).isEqualTo(out);
    }

    @Test
    void overlappingChecksAreCounted() {
        ProbeState two = ProbeState.NONE.begun().begun();
        assertThat(two.abandoned().running()).isTrue();
        assertThat(two.abandoned().abandoned().running()).isFalse();
        assertThat(ProbeState.NONE.abandoned().running()).isFalse();
    }

    @Test
    void checksByHandLeadToNoVerdict() {
        ProbeState probeState = ProbeState.NONE;
        for (int i = 0; i < 5; i++) {
            probeState = probeState.begun().ended(false, HealthCheckPolicy.none(), AT, 7);
        }
        assertThat(probeState.failed()).isFalse();
        assertThat(probeState.healthy()).isNull();
        assertThat(probeState.consecutive()).isEqualTo(5);
        assertThat(probeState.last()).isEqualTo(AT);
        assertThat(probed("---").withoutVerdict().failed()).isFalse();
    }

    private static ProbeState probed(String results) {
        ProbeState probeState = ProbeState.NONE;
        for (char result : results.toCharArray()) {
            probeState = probeState.begun().ended(result == '+', PROBES, AT, 0);
        }
        return probeState;
    }
}
