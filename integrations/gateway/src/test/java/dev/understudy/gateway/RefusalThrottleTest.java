package dev.understudy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Refusals of one client within a minute, on a clock of the test. */
class RefusalThrottleTest {

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1_000); // overflows soon, as System.nanoTime may
    private final RefusalThrottle throttle = new RefusalThrottle(2, now::get);

    private void after(Duration time) {
        now.addAndGet(time.toNanos());
    }

    @Test
    void clientWaitsForTheRestOfItsMinute() {
        throttle.refused("a");
        after(Duration.ofSeconds(20));
        assertThat(throttle.delay("a")).isNull();
        throttle.refused("a");
        assertThat(throttle.delay("a")).isEqualTo(Duration.ofSeconds(40));
        assertThat(throttle.delay("b")).isNull();
        after(Duration.ofSeconds(39));
        throttle.refused("a");
        assertThat(throttle.delay("a")).isEqualTo(Duration.ofSeconds(1));
        after(Duration.ofSeconds(1));
        assertThat(throttle.delay("a")).isNull();
        throttle.refused("a");
        assertThat(throttle.delay("a")).isNull();
    }

    @Test
    void numberOfRememberedClientsIsLimited() {
        throttle.refused("first");
        throttle.refused("first");
        for (int i = 0; i < 10_000; i++) {
            throttle.refused("client " + i);
        }
        assertThat(throttle.delay("first")).isNull();
    }
}
