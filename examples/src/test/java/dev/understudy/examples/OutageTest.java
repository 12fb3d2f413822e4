package dev.understudy.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OutageTest {

    @Test
    void everyCallIsServedAndThePrimaryRecovers() {
        CapturedOutput output = new CapturedOutput();
        assertThat(Outage.run(output.consoleOutput)).as(output.text()).isZero();
        assertThat(output.text()).contains("180 of 180 calls were served", "serves again", "failover", "wasted");
    }
}
