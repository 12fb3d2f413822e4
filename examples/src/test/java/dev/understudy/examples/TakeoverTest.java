package dev.understudy.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TakeoverTest {

    @Test
    void everyAnswerIsTheUninterruptedOne() {
        Told told = new Told();
        assertThat(Takeover.run(told.consoleOutput)).as(told.text()).isZero();
        assertThat(told.text().split("= the uninterrupted answer")).hasSize(6);
        assertThat(told.text())
                .contains("[second takes over from lead: truncated", "[second takes over from lead: timeout")
                .contains("[second takes over from lead: overloaded", "[third takes over from lead: truncated");
    }
}
