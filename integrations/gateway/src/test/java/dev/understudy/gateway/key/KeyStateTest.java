package dev.understudy.gateway.key;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Limits and budgets of a key, on a clock of the test. */
class KeyStateTest {

    private static final Instant START = Instant.parse("2026-01-31T22:59:00Z");

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000); // overflows soon, as System.nanoTime may
    private Duration passed = Duration.ZERO;

    private final KeyMeter meter = new KeyMeter(nanos::get, () -> START.plus(passed));

    private void after(Duration time) {
        nanos.addAndGet(time.toNanos());
        passed = passed.plus(time);
    }

    private static KeyLimits requests(int number) {
        return new KeyLimits(number, null, null, null);
    }

    @Test
    void requestsOfAnyMinuteAreLimited() {
        KeyLimits limits = requests(3);
        for (int i = 0; i < 3; i++) {
            assertThat(meter.start(limits)).isNull();
            after(Duration.ofSeconds(10));
        }
        Refusal refusal = meter.start(limits);
        assertThat(refusal.reason()).isEqualTo(Refusal.Reason.REQUESTS);
        assertThat(refusal.after()).isEqualTo(Duration.ofSeconds(50));
        after(refusal.after().minusSeconds(1));
        assertThat(meter.start(limits)).isNotNull();
        after(Duration.ofSeconds(1));
        assertThat(meter.start(limits)).isNull();
        assertThat(meter.start(limits)).isNotNull();
    }

    @Test
    void refusedRequestsDoNotCount() {
        KeyLimits limits = requests(1);
        assertThat(meter.start(limits)).isNull();
        for (int i = 0; i < 100; i++) {
            assertThat(meter.start(limits)).isNotNull();
        }
        after(Duration.ofMinutes(2));
        assertThat(meter.start(limits)).isNull();
    }

    @Test
    void tokensBeyondTheLimitDelayLaterCalls() {
        KeyLimits limits = new KeyLimits(null, 1_000, null, null);
        assertThat(meter.start(limits)).isNull();
        meter.charge(limits, 4_000, 0);
        Refusal refusal = meter.start(limits);
        assertThat(refusal.reason()).isEqualTo(Refusal.Reason.TOKENS);
        assertThat(refusal.after()).isBetween(Duration.ofSeconds(100), Duration.ofSeconds(106));
        after(refusal.after());
        assertThat(meter.start(limits)).isNull();
    }

    @Test
    void callsAtOnceAreLimited() {
        KeyLimits limits = new KeyLimits(null, null, 2, null);
        assertThat(meter.start(limits)).isNull();
        assertThat(meter.start(limits)).isNull();
        assertThat(meter.start(limits).reason()).isEqualTo(Refusal.Reason.CONCURRENT);
        meter.end();
        assertThat(meter.start(limits)).isNull();
    }

    @Test
    void budgetOfAPeriodBeginsAnewWithTheNextPeriod() {
        KeyLimits limits = new KeyLimits(null, null, null, new Budget(1.0, null, Budget.Period.MONTH));
        meter.charge(limits, 10, 0.4);
        assertThat(meter.start(limits)).isNull();
        meter.charge(limits, 10, 0.6);
        Refusal refusal = meter.start(limits);
        assertThat(refusal.reason()).isEqualTo(Refusal.Reason.BUDGET);
        assertThat(refusal.after()).isEqualTo(Duration.ofMinutes(61));
        after(Duration.ofMinutes(60));
        assertThat(meter.start(limits)).isNotNull();
        after(Duration.ofMinutes(1));
        assertThat(meter.start(limits)).isNull();
    }

    @Test
    void budgetOfTokensCountsUnpricedCalls() {
        KeyLimits limits = new KeyLimits(null, null, null, new Budget(null, 100L, Budget.Period.HOUR));
        meter.charge(limits, 99, 0);
        assertThat(meter.start(limits)).isNull();
        meter.charge(limits, 1, 0);
        assertThat(meter.start(limits).after()).isEqualTo(Duration.ofMinutes(1));
    }
}
