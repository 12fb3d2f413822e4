package dev.understudy.provider.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.test.scheduler.VirtualTimeScheduler;

class AcquireTimerTest {

    private static final Duration LIMIT = Duration.ofMillis(250);

    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    private final AtomicBoolean opening = new AtomicBoolean();
    private final AtomicInteger expired = new AtomicInteger();
    private final AcquireTimer timer = new AcquireTimer(opening::get, Duration.ofSeconds(5), time);

    private void advance(long millis, int expirations) {
        time.advanceTimeBy(Duration.ofMillis(millis));
        assertThat(expired).hasValue(expirations);
    }

    @Test
    void waitForAFullPoolEndsAtItsLimit() {
        timer.apply(expired::incrementAndGet, LIMIT);
        advance(249, 0);
        advance(1, 1);
        advance(60_000, 1);
    }

    @Test
    void waitForAnOpeningLastsOneLimitLonger() {
        opening.set(true);
        timer.apply(expired::incrementAndGet, LIMIT);
        advance(1100, 0);
        opening.set(false);
        advance(399, 0);
        advance(1, 1);
    }

    @Test
    void waitForAnOpeningThatNeverEndsIsBounded() {
        opening.set(true);
        timer.apply(expired::incrementAndGet, LIMIT);
        advance(5250, 0);
        advance(250, 1);
    }

    @Test
    void waitThatIsOverDoesNotExpire() {
        opening.set(true);
        Disposable wait = timer.apply(expired::incrementAndGet, LIMIT);
        advance(600, 0);
        wait.dispose();
        advance(60_000, 0);
    }
}
