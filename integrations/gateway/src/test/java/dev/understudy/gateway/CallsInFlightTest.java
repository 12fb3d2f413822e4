package dev.understudy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls that begin and end while the gateway is told to end. */
@Timeout(60)
class CallsInFlightTest {

    private static final int ROUNDS = 200_000;
    private static final int OVER = 1 << 30;
    private static final long TIME = Duration.ofSeconds(2).toNanos();

    /** Runs one of two sides in each round, at the same moment as the other side; fewer rounds on a busy machine. */
    private static boolean[] raced(AtomicInteger arrived, IntPredicate side) {
        boolean[] results = new boolean[ROUNDS];
        long start = System.nanoTime();
        for (int round = 0; round < ROUNDS && arrived.get() < OVER; round++) {
            arrived.incrementAndGet();
            for (int spins = 0; arrived.get() < 2 * (round + 1); spins++) {
                if (spins > 1_000) {
                    Thread.yield(); // the other side may have no core
                }
                if (System.nanoTime() - start > TIME) {
                    arrived.set(OVER);
                }
            }
            results[round] = side.test(round);
        }
        return results;
    }

    @Test
    void drainNeverOverlooksACallThatBegan() {
        CallsInFlight[] calls = new CallsInFlight[ROUNDS];
        Arrays.setAll(calls, round -> new CallsInFlight(1));
        AtomicInteger arrived = new AtomicInteger();
        CompletableFuture<boolean[]> empty = CompletableFuture.supplyAsync(
                () -> raced(arrived, round -> {
                    calls[round].drain();
                    return calls[round].isEmptyWithin(Duration.ZERO);
                }),
                command -> new Thread(command).start());
        boolean[] begun = raced(arrived, round -> calls[round].begin());
        boolean[] ended = empty.join();
        assertThat(IntStream.range(0, ROUNDS).filter(round -> begun[round] && ended[round]))
                .as("rounds in which a call went on after the drain")
                .isEmpty();
    }

    @Test
    void callsBeyondTheLimitAreRefusedAndNotCounted() {
        CallsInFlight calls = new CallsInFlight(2);
        assertThat(calls.begin()).isTrue();
        assertThat(calls.begin()).isTrue();
        assertThat(calls.begin()).isFalse();
        assertThat(calls.count()).isEqualTo(2);
        calls.end();
        assertThat(calls.begin()).isTrue();
    }

    @Test
    void callsAreRefusedAndNotCountedDuringADrain() {
        CallsInFlight calls = new CallsInFlight(2);
        assertThat(calls.begin()).isTrue();
        calls.drain();
        assertThat(calls.begin()).isFalse();
        assertThat(calls.isEmptyWithin(Duration.ZERO)).isFalse();
        calls.end();
        assertThat(calls.isEmptyWithin(Duration.ZERO)).isTrue();
    }
}
