package dev.understudy.examples.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Short runs; {@code mvn -P chaos verify} runs every fault. */
class ChaosDayTest {

    /** A quick run, whose faults end as soon as they were seen. */
    private static final ChaosHooks.Pace SHORT = new ChaosHooks.Pace(
            Duration.ofMillis(50), Duration.ofMillis(50), Duration.ofMillis(20), Duration.ofSeconds(30));

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private int run(String... args) {
        return run(ChaosHooks.none().withPace(SHORT), args);
    }

    private int run(ChaosHooks hooks, String... args) {
        return ChaosDay.run(List.of(args), new PrintStream(out, true, StandardCharsets.UTF_8), hooks);
    }

    private String output() {
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void everyCallIsServedUnderFaults() {
        assertThat(run("--faults", "OVERLOADED,CUT_IN_THE_MIDDLE,REFUSED"))
                .as(output())
                .isZero();
        assertThat(output())
                .contains("1 of 3: OVERLOADED", "3 of 3: REFUSED is over after", "0 wrong, 0 failed")
                .doesNotContain(".0")
                .endsWith("Every expectation is met.\n");
    }

    @Test
    void withoutFailoverCallsFail() {
        assertThat(run("--faults", "OVERLOADED", "--without-failover"))
                .as(output())
                .isEqualTo(1);
        assertThat(output())
                .contains("FAILED: every call got its own right answer", "FAILED: the backup has served")
                .endsWith("Expectations are not met.\n");
    }

    @ParameterizedTest
    @EnumSource
    void everyDefectIsDetected(Mutant mutant) {
        assertThat(run(mutant.hooks().withPace(mutant.pace()), "--faults", mutant.fault()))
                .as(output())
                .isEqualTo(1);
        assertThat(output()).contains("FAILED: " + mutant.detectedBy()).endsWith("Expectations are not met.\n");
    }

    @Test
    void helpListsOptionsAndFaultsAndRunsNothing() {
        assertThat(run("--help")).isZero();
        assertThat(output())
                .contains("--rounds N", "--faults NAME,NAME", "--without-failover", "CUT_IN_THE_MIDDLE")
                .doesNotContain("calls:", "CALM");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--rounds 0", "--rounds", "--faults NOTHING", "--faults CALM", "--fault BROKEN"})
    void wrongArgumentsRunNothing(String arguments) {
        assertThat(run(arguments.split(" "))).isEqualTo(2);
        assertThat(output()).contains("Usage: ChaosDay").doesNotContain("calls:");
    }

    @Test
    void slowMachineGetsLongerLimits() {
        Limits idle = new Limits(Duration.ofMillis(3));
        Limits busy = new Limits(Duration.ofMillis(400));
        assertThat(idle.silence()).isEqualTo(Duration.ofSeconds(2));
        assertThat(busy.silence()).isEqualTo(Duration.ofSeconds(20));
        assertThat(busy.attempt()).isEqualTo(Duration.ofSeconds(200));
        assertThat(Limits.ofFault(Duration.ofSeconds(30), Duration.ofSeconds(1)))
                .isEqualTo(Duration.ofSeconds(100));
    }

    /** The verify phase of the profile runs the job, whose exit code ends the build. */
    @Test
    void profileRunsTheJobBeforeVerify() throws IOException {
        String pom = Files.readString(Path.of("pom.xml"));
        int begin = pom.indexOf("<id>chaos</id>");
        String profile = pom.substring(begin, pom.indexOf("</profile>", begin));
        assertThat(profile)
                .contains(
                        "<mainClass>" + ChaosDay.class.getName() + "</mainClass>",
                        "<phase>integration-test</phase>",
                        "<goal>java</goal>")
                .doesNotContain("skip");
    }
}
