package dev.understudy.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StrategiesTest {

    @Test
    void everyStrategyIsShown() {
        CapturedOutput output = new CapturedOutput();
        assertThat(Strategies.run(output.consoleOutput)).as(output.text()).isZero();
        assertThat(output.text())
                .containsSubsequence("sequential", "weighted", "leastLatency", "cheapest", "capable")
                .doesNotContain("demo-key");
    }
}
