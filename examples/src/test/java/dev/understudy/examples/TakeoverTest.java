package dev.understudy.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TakeoverTest {

    @Test
    void everyAnswerEqualsTheUninterruptedOne() {
        CapturedOutput output = new CapturedOutput();
        assertThat(Takeover.run(output.consoleOutput)).as(output.text()).isZero();
        assertThat(output.text().split("= the uninterrupted answer")).hasSize(6);
        assertThat(output.text())
                .contains("[second takes over from lead: truncated", "[second takes over from lead: timeout")
                .contains("[second takes over from lead: overloaded", "[third takes over from lead: truncated");
    }
}
