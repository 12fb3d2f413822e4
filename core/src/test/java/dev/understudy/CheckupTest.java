package dev.understudy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class CheckupTest {

    private static final Probes PROBES = Probes.every(Duration.ofSeconds(10)).withThresholds(3, 2);
    private static final Instant AT = Instant.ofEpochSecond(5);

    @Test
    void theFirstSuccessIsAVerdictAndTheFirstFailureIsNone() {
        assertThat(Checkup.NONE.healthy()).isNull();
        assertThat(probed("+").healthy()).isTrue();
        assertThat(probed("-").healthy()).isNull();
        assertThat(probed("-").failed()).isFalse();
    }

    @Test
    void threeFailuresInARowTakeItOut() {
        assertThat(probed("+--").failed()).isFalse();
        assertThat(probed("+---").failed()).isTrue();
        assertThat(probed("---").failed()).isTrue();
    }

    @Test
    void aSuccessBetweenStartsTheCountAnew() {
        assertThat(probed("+--+--").failed()).isFalse();
        assertThat(probed("+--+---").failed()).isTrue();
    }

    @Test
    void twoSuccessesInARowPutItBack() {
        assertThat(probed("---+").failed()).isTrue();
        assertThat(probed("---+-+").failed()).isTrue();
        assertThat(probed("---++").failed()).isFalse();
        assertThat(probed("---++").healthy()).isTrue();
    }

    @Test
    void aRunningProbeChangesNothingButThatItRuns() {
        Checkup out = probed("---");
        assertThat(out.begun().running()).isTrue();
        assertThat(out.begun().failed()).isTrue();
        assertThat(out.begun().inARow()).isEqualTo(3);
        assertThat(out.begun().abandoned()).isEqualTo(out);
    }

    @Test
    void theLastFailureIsRememberedWhenItIsOver() {
        Checkup once = Checkup.NONE.ended(false, "no answer", PROBES, AT, 7);
        Checkup well = once.ended(true, null, PROBES, AT.plusSeconds(9), 16);
        assertThat(once.message()).isEqualTo("no answer");
        assertThat(well.message()).isEqualTo("no answer");
        assertThat(well.last()).isEqualTo(AT.plusSeconds(9));
        assertThat(well.at()).isEqualTo(16);
        assertThat(well.lastSucceeded()).isTrue();
    }

    private static Checkup probed(String results) {
        Checkup checkup = Checkup.NONE;
        for (char result : results.toCharArray()) {
            checkup = checkup.begun().ended(result == '+', result == '+' ? null : "no", PROBES, AT, 0);
        }
        return checkup;
    }
}
