package dev.understudy.examples.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A short run; {@code mvn -P chaos verify} runs every fault. */
class ChaosDayTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private int run(String... args) {
        return ChaosDay.run(List.of(args), new PrintStream(out, true, StandardCharsets.UTF_8));
    }

    private String output() {
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void everyCallIsServedUnderFaults() {
        assertThat(run("--faults", "OVERLOADED,CUT_IN_THE_MIDDLE,REFUSED"))
                .as(output())
                .isZero();
        assertThat(output()).contains("0 wrong, 0 failed").endsWith("Every expectation is met.\n");
    }

    @Test
    void withoutFailoverCallsFail() {
        assertThat(run("--faults", "OVERLOADED,CUT_IN_THE_MIDDLE", "--without-failover"))
                .as(output())
                .isEqualTo(1);
        assertThat(output())
                .contains("FAILED: every call got its own right answer", "FAILED: the backup has served")
                .endsWith("Expectations are not met.\n");
    }
}
