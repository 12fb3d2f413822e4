package dev.understudy.guard;

import static dev.understudy.Interleavings.hold;
import static dev.understudy.Interleavings.refute;
import static dev.understudy.Interleavings.require;
import static dev.understudy.Interleavings.shared;
import static dev.understudy.Interleavings.together;

import dev.understudy.event.ProviderStatus.CircuitState;
import dev.understudy.policy.CircuitPolicy;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Results, trials and an operator meet at a circuit breaker. */
class CircuitRaceTest {

    private static final CircuitPolicy POLICY = CircuitPolicy.defaults()
            .withConsecutive(2)
            .withPause(Duration.ofNanos(10), Duration.ofNanos(40))
            .withTrialLease(Duration.ofHours(1));
    private static final long LATER = 1_000;

    /** Counts failures and compares in two steps each. */
    private static final class NaiveCircuit {

        private volatile int failures;
        private volatile boolean open;
        private final AtomicInteger openings = new AtomicInteger();
        private volatile boolean leased;

        void failed() {
            failures++;
            if (failures >= 2 && !open) {
                open = true;
                openings.incrementAndGet();
            }
        }

        boolean tryTrial() {
            if (leased) {
                return false;
            }
            leased = true;
            return true;
        }
    }

    private static Permit permit(CircuitBreaker breaker, long now) {
        return breaker.tryAcquire(now) instanceof Permit permit ? permit : null;
    }

    private static CircuitBreaker breaker(AtomicInteger changes) {
        return new CircuitBreaker(POLICY, () -> 1L << 62, change -> changes.incrementAndGet(), 0);
    }

    private static CircuitBreaker open(AtomicInteger changes) {
        CircuitBreaker breaker = breaker(changes);
        permit(breaker, 1).failure(1);
        permit(breaker, 1).failure(1);
        require(breaker.state().name() == CircuitState.OPEN, "open");
        changes.set(0);
        return breaker;
    }

    @Test
    void twoFailuresAtOnceOpenTheCircuitOnce() {
        hold(() -> {
            AtomicInteger changes = shared(new AtomicInteger());
            CircuitBreaker breaker = shared(breaker(changes));
            Permit one = shared(permit(breaker, 1));
            Permit other = shared(permit(breaker, 1));
            together(() -> one.failure(1), () -> other.failure(1));
            require(breaker.state().name() == CircuitState.OPEN && changes.get() == 1, "not opened once");
        });
    }

    @Test
    void naiveCircuitLosesAFailure() {
        refute(() -> {
            NaiveCircuit circuit = shared(new NaiveCircuit());
            together(circuit::failed, circuit::failed);
            require(circuit.openings.get() == 1, "not opened once");
        });
    }

    @Test
    void oneTrialIsLeasedAtATime() {
        hold(() -> {
            CircuitBreaker breaker = shared(open(new AtomicInteger()));
            AtomicInteger trials = shared(new AtomicInteger());
            Runnable call = () -> trials.addAndGet(permit(breaker, LATER) == null ? 0 : 1);
            together(call, call, call);
            require(trials.get() == 1, "not one trial");
        });
    }

    @Test
    void naiveTrialIsLeasedTwice() {
        refute(() -> {
            NaiveCircuit circuit = shared(new NaiveCircuit());
            AtomicInteger trials = shared(new AtomicInteger());
            Runnable call = () -> trials.addAndGet(circuit.tryTrial() ? 1 : 0);
            together(call, call);
            require(trials.get() == 1, "not one trial");
        });
    }

    @Test
    void permitEndsOnceHoweverManyResultsItHas() {
        hold(() -> {
            AtomicInteger changes = shared(new AtomicInteger());
            CircuitBreaker breaker = shared(open(changes));
            Permit trial = shared(permit(breaker, LATER));
            AtomicInteger ends = shared(new AtomicInteger());
            together(
                    () -> ends.addAndGet(trial.success(LATER) ? 1 : 0),
                    () -> ends.addAndGet(trial.failure(LATER) ? 1 : 0),
                    () -> ends.addAndGet(trial.neutral(LATER) ? 1 : 0));
            require(ends.get() == 1, "not one end");
            CircuitState state = breaker.state().name();
            require(changes.get() == (state == CircuitState.HALF_OPEN ? 1 : 2), "changes");
        });
    }

    @Test
    void cancelledTrialIsReleasedForTheNextCall() {
        hold(() -> {
            CircuitBreaker breaker = shared(open(new AtomicInteger()));
            Permit trial = shared(permit(breaker, LATER));
            AtomicInteger leased = shared(new AtomicInteger());
            together(() -> trial.neutral(LATER), () -> leased.addAndGet(permit(breaker, LATER) == null ? 0 : 1));
            leased.addAndGet(permit(breaker, LATER) == null ? 0 : 1);
            require(leased.get() == 1, "the trial is lost, or leased twice");
        });
    }

    @Test
    void lateSuccessDoesNotEndAHold() {
        hold(() -> {
            CircuitBreaker breaker = shared(open(new AtomicInteger()));
            Permit trial = shared(permit(breaker, LATER));
            together(() -> trial.success(LATER), () -> breaker.forceOpen(null, LATER));
            require(breaker.isForcedOpen(), "the hold is over");
        });
    }
}
