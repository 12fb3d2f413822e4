package dev.understudy.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class KeyFailoverTest {

    @Test
    void aRateLimitedKeyIsUsedOnce() {
        CapturedOutput output = new CapturedOutput();
        assertThat(KeyFailover.run(output.consoleOutput)).isZero();
        assertThat(output.text())
                .containsSubsequence(
                        "request 1 came with key A",
                        "request 2 came with key B (over its limit)",
                        "request 3 came with key C",
                        "request 4 came with key A",
                        "request 5 came with key C",
                        "7 of 7 calls were answered")
                .doesNotContain("demo-key");
    }
}
