package dev.understudy.examples.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A short day; {@code mvn -P chaos verify} plays a whole one. */
class ChaosDayTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private int day(String... args) {
        return ChaosDay.run(List.of(args), new PrintStream(out, true, StandardCharsets.UTF_8));
    }

    private String said() {
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void everyCallIsServedUnderFaults() {
        assertThat(day("--faults", "OVERLOADED,CUT_IN_THE_MIDDLE,REFUSED"))
                .as(said())
                .isZero();
        assertThat(said()).contains("0 wrong, 0 failed").endsWith("Every expectation is met.\n");
    }

    @Test
    void withoutFailoverCallsFail() {
        assertThat(day("--faults", "OVERLOADED,CUT_IN_THE_MIDDLE", "--without-failover"))
                .as(said())
                .isEqualTo(1);
        assertThat(said())
                .contains("FAILED: every call got its own right answer", "FAILED: the backup has served")
                .endsWith("Expectations are not met.\n");
    }
}
