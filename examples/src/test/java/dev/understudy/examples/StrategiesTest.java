package dev.understudy.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

class StrategiesTest {

    @Test
    void everyStrategyIsShown() {
        CapturedOutput output = new CapturedOutput();
        VirtualTimeScheduler time = VirtualTimeScheduler.create();
        StepVerifier.withVirtualTime(() -> Strategies.run(output.consoleOutput, time), () -> time, Long.MAX_VALUE)
                .thenAwait(Duration.ofMinutes(1))
                .assertNext(good -> assertThat(good).as(output.text()).isTrue())
                .verifyComplete();
        assertThat(output.text()).containsSubsequence("sequential", "weighted", "leastLatency", "cheapest", "capable");
    }
}
