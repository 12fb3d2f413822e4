package dev.understudy.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.event.ProviderStatus.CircuitState;
import dev.understudy.policy.CircuitPolicy;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/** A circuit whose calls are streams of minutes, which are outcomes at their end only. */
class LongStreamCircuitTest {

    private static final long SECOND = 1_000_000_000L;
    private static final CircuitPolicy ROW = CircuitPolicy.defaults().withoutRate();
    private static final CircuitPolicy RATE = CircuitPolicy.defaults().withConsecutive(0);

    private final SplittableRandom random = new SplittableRandom(7);
    private long now;

    private CircuitBreaker circuit(CircuitPolicy policy) {
        return new CircuitBreaker(policy, random, change -> {}, now);
    }

    private Permit begun(CircuitBreaker circuit) {
        Permit permit = (Permit) circuit.tryAcquire(now);
        permit.begun(now);
        return permit;
    }

    private void refused(CircuitBreaker circuit) {
        if (circuit.tryAcquire(now) instanceof Permit permit) {
            permit.failure(now);
        }
    }

    private CircuitState state(CircuitBreaker circuit) {
        return circuit.reading(now).state();
    }

    @Test
    void olderStreamThatGoesOnEndsARowOfCuts() {
        CircuitBreaker circuit = circuit(ROW);
        Permit healthy = begun(circuit);
        for (int i = 0; i < 20; i++) {
            Permit cut = begun(circuit);
            now += SECOND / 10;
            cut.cut(now);
            healthy.flows(now + SECOND);
            now += SECOND;
        }
        assertThat(state(circuit)).isEqualTo(CircuitState.CLOSED);
        assertThat(circuit.reading(now).consecutive()).isZero();
    }

    @Test
    void youngerStreamThatGoesOnEndsNoRowOfCuts() {
        CircuitBreaker circuit = circuit(ROW);
        for (int i = 0; i < 5; i++) {
            Permit cut = begun(circuit);
            now += 30 * SECOND;
            Permit younger = begun(circuit);
            cut.cut(now);
            now += 20 * SECOND;
            younger.flows(now);
            younger.left();
        }
        assertThat(state(circuit)).isEqualTo(CircuitState.OPEN);
    }

    @Test
    void streamsThatAreCutOneAfterAnotherAreARow() {
        CircuitBreaker circuit = circuit(ROW);
        for (int i = 1; i <= 5; i++) {
            assertThat(state(circuit)).isEqualTo(CircuitState.CLOSED);
            Permit longer = begun(circuit);
            now += i * 10 * SECOND;
            longer.flows(now);
            longer.cut(now);
        }
        assertThat(state(circuit)).isEqualTo(CircuitState.OPEN);
    }

    @Test
    void streamsFromBeforeEndNoRowOfRefusals() {
        CircuitBreaker circuit = circuit(ROW);
        Permit old = begun(circuit);
        for (int i = 0; i < 5; i++) {
            assertThat(state(circuit)).isEqualTo(CircuitState.CLOSED);
            now += SECOND;
            refused(circuit);
            old.flows(now);
        }
        assertThat(state(circuit)).isEqualTo(CircuitState.OPEN);
    }

    @Test
    void firstContentEndsARowOfRefusals() {
        CircuitBreaker circuit = circuit(ROW);
        for (int i = 0; i < 20; i++) {
            refused(circuit);
            refused(circuit);
            begun(circuit);
            now += SECOND;
        }
        assertThat(state(circuit)).isEqualTo(CircuitState.CLOSED);
    }

    @Test
    void firstContentEndsNoRowOfCuts() {
        CircuitBreaker circuit = circuit(ROW);
        for (int i = 0; i < 5; i++) {
            assertThat(state(circuit)).isEqualTo(CircuitState.CLOSED);
            Permit cut = begun(circuit);
            now += SECOND;
            begun(circuit);
            cut.cut(now);
        }
        assertThat(state(circuit)).isEqualTo(CircuitState.OPEN);
    }

    @Test
    void streamsThatGoOnAreCallsOfTheShare() {
        CircuitBreaker circuit = circuit(RATE);
        List<Permit> streams = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            streams.add(begun(circuit));
        }
        for (int i = 0; i < 19; i++) {
            refused(circuit);
        }
        assertThat(state(circuit)).as("19 of 39").isEqualTo(CircuitState.CLOSED);
        streams.get(0).left();
        refused(circuit);
        assertThat(state(circuit)).as("20 of 39").isEqualTo(CircuitState.OPEN);
        assertThat(circuit.reading(now).cause()).isEqualTo("20 of 39 calls failed in 1m");
    }

    private record Stream(Permit permit, long ends, boolean cut) {}

    /** Returns the second in which the circuit opens, -1 if it does not within two minutes. */
    private int opens(int perSecond, double refusals, double cuts, DoubleUnaryOperator seconds) {
        CircuitBreaker circuit = circuit(CircuitPolicy.defaults());
        List<Stream> streams = new ArrayList<>();
        for (int second = 0; second < 120; second++) {
            for (int i = 0; i < perSecond; i++) {
                now += SECOND / perSecond;
                if (random.nextDouble() < refusals) {
                    refused(circuit);
                } else {
                    boolean cut = random.nextDouble() < cuts;
                    long lasts = (long) (seconds.applyAsDouble(random.nextDouble()) * SECOND);
                    streams.add(new Stream(begun(circuit), now + (cut ? random.nextLong(lasts) : lasts), cut));
                }
                for (Iterator<Stream> all = streams.iterator(); all.hasNext(); ) {
                    Stream stream = all.next();
                    if (stream.ends > now) {
                        stream.permit.flows(now);
                    } else if (stream.cut ? stream.permit.cut(now) : stream.permit.success(now)) {
                        all.remove();
                    }
                }
                if (state(circuit) != CircuitState.CLOSED) {
                    return second;
                }
            }
        }
        return -1;
    }

    @Test
    void healthyProviderStaysClosedFromTheFirstStreamOn() {
        assertThat(opens(10, 0, 0.05, chance -> 60 + 120 * chance))
                .as("5 % cut")
                .isNegative();
        assertThat(opens(10, 0.05, 0, chance -> 60 + 120 * chance))
                .as("5 % refused")
                .isNegative();
    }

    @Test
    void providerThatCutsAllStreamsOpensSoon() {
        assertThat(opens(20, 0, 1, chance -> 40)).as("at any time").isBetween(0, 60);
        assertThat(opens(1, 0, 1, chance -> 40)).as("few streams").isBetween(0, 60);
    }

    @Test
    void providerThatRefusesAllOpensAtOnce() {
        assertThat(opens(20, 1, 0, chance -> 60)).isZero();
    }
}
