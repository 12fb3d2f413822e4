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
    void messageOfLastFailureIsKept() {
        ProbeState once = ProbeState.NONE.ended(false, "no answer", PROBES, AT, 7);
        ProbeState well = once.ended(true, null, PROBES, AT.plusSeconds(9), 16);
        assertThat(once.message()).isEqualTo("no answer");
        assertThat(well.message()).isEqualTo("no answer");
        assertThat(well.last()).isEqualTo(AT.plusSeconds(9));
        assertThat(well.at()).isEqualTo(16);
        assertThat(well.lastSucceeded()).isTrue();
    }

    private static ProbeState probed(String results) {
        ProbeState probeState = ProbeState.NONE;
        for (char result : results.toCharArray()) {
            probeState = probeState.begun().ended(result == '+', result == '+' ? null : "no", PROBES, AT, 0);
        }
        return probeState;
    }
}
