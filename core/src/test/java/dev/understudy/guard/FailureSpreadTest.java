package dev.understudy.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.policy.CircuitPolicy;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FailureSpreadTest {

    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    private final FailureSpread spread = new FailureSpread(CircuitPolicy.defaults(), 0);

    @ParameterizedTest
    @CsvSource({
        "aaaaaaaaaa, false",
        "aaaaabb, false",
        "aaaaabbb, true",
        "aaabcd, true",
        "abc, false",
        "abcd, true",
    })
    void failuresAreSpreadWhenThreeAreOfOtherModels(String models, boolean expected) {
        models.chars().forEach(model -> spread.failed(Character.toString(model), 0));
        assertThat(spread.isSpread()).isEqualTo(expected);
    }

    @Test
    void oldFailuresDoNotCount() {
        for (String model : new String[] {"a", "b", "c", "d"}) {
            spread.failed(model, 0);
        }
        spread.failed("a", MINUTE / 2);
        assertThat(spread.isSpread()).as("within the window of the rate rule").isTrue();
        spread.failed("a", 2 * MINUTE);
        assertThat(spread.isSpread()).isFalse();
    }

    @Test
    void inventedModelsDoNotFillTheMemory() {
        for (int i = 0; i < 100_000; i++) {
            spread.failed("model " + i, 0);
        }
        assertThat(spread.isSpread()).isTrue();
    }
}
