package dev.understudy.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.test.scheduler.VirtualTimeScheduler;

class PrefillRefusalsTest {

    private final VirtualTimeScheduler clock = VirtualTimeScheduler.getOrSet();
    private final PrefillRefusals refusals = new PrefillRefusals();

    @AfterEach
    void realTime() {
        VirtualTimeScheduler.reset();
    }

    @Test
    void refusalIsForgottenAfterAnHour() {
        refusals.learn("a/m");
        clock.advanceTimeBy(Duration.ofHours(1).minusNanos(1));
        assertThat(refusals.contains("a/m")).isTrue();
        clock.advanceTimeBy(Duration.ofNanos(1));
        assertThat(refusals.contains("a/m")).isFalse();
    }

    @Test
    void oldestRefusalMakesRoomForANewOne() {
        for (int i = 0; i <= PrefillRefusals.MOST_ROUTES; i++) {
            refusals.learn("a/model-" + i);
            clock.advanceTimeBy(Duration.ofMillis(1));
        }
        assertThat(refusals.all())
                .hasSize(PrefillRefusals.MOST_ROUTES)
                .contains("a/model-" + PrefillRefusals.MOST_ROUTES, "a/model-1")
                .doesNotContain("a/model-0");
    }

    @Test
    void refusalsAreForgottenAtOnceByAnOperator() {
        refusals.learn("a/m");
        refusals.reset();
        assertThat(refusals.all()).isEmpty();
    }
}
