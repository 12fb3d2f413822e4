package dev.understudy.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Random answers in the bytes of real dialects on real sockets, broken at any byte. */
class WireSurvivalTest {

    private static final int AT_ONCE = 32;

    @Test
    void noFaultLosesDoublesOrLeaksAnything() {
        Map<String, Integer> outcomes = new ConcurrentSkipListMap<>();
        try (WireFixture fixture = new WireFixture()) {
            Cases.playAtOnce(
                    AT_ONCE, "survival on the wire", Integer.getInteger("understudy.wire.cases", 1_000), random -> {
                        WireCase drawn = WireCase.draw(random);
                        try {
                            outcomes.merge(fixture.play(drawn).outcome(), 1, Integer::sum);
                        } catch (Throwable failed) {
                            throw Smallest.of(drawn, failed, WireCase::smaller, fixture::play);
                        }
                    });
            SuiteFigures.write("survival on the wire, outcomes", outcomes + "\n");
            long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
            while (fixture.open() != 0 && System.nanoTime() < until) {
                LockSupport.parkNanos(1_000_000);
            }
            assertThat(fixture.open()).as("exchanges left open").isZero();
        }
        if (outcomes.values().stream().mapToInt(i -> i).sum() >= 1_000) {
            assertThat(outcomes)
                    .containsKeys(
                            "saved by ANCHORED",
                            "saved by PREFILL",
                            "saved by REPLAY",
                            "saved by RESTART",
                            "partial",
                            "left",
                            "never begun",
                            "whole, undisturbed");
        }
    }
}
