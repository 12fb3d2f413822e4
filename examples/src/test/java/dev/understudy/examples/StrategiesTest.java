package dev.understudy.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StrategiesTest {

    @Test
    void everyStrategyChoosesAsItsNameSays() {
        Told told = new Told();
        assertThat(Strategies.run(told.consoleOutput)).as(told.text()).isZero();
        assertThat(told.text())
                .containsSubsequence("sequential", "weighted", "leastLatency", "cheapest", "capable")
                .doesNotContain("demo-key");
    }
}
