package dev.understudy.guard;

import dev.understudy.event.ProviderStatus;
import dev.understudy.policy.CircuitPolicy;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Circuit breaker of one provider and model. Holds the current state; the transitions are in {@link BreakerState}.
 * Thread-safe; never blocks. Every {@code now} is a reading of one nanosecond clock.
 */
public final class CircuitBreaker {

    /**
     * One change of state.
     *
     * @param generation number of changes so far, this one included; defines their order
     * @param cause the rule that opened the circuit, in words; {@code null} if it was not opened by failures
     * @param remote true if another instance opened it
     * @param remaining nanoseconds until a call may be let through, {@link Long#MAX_VALUE} when unknown
     * @param at the instant of the change
     */
    public record Change(
            ProviderStatus.CircuitState from,
            ProviderStatus.CircuitState to,
            long generation,
            @Nullable String cause,
            boolean remote,
            long remaining,
            long at) {}

    /** Receives each change of state once, after it is in force; generations define the order. Must not throw. */
    @FunctionalInterface
    public interface Watcher {
        void changed(Change change);
    }

    /** Answer of the circuit breaker to a request for a permit. */
    public sealed interface Admission permits Permit, Denied {}

    /**
     * No permit is granted.
     *
     * @param remaining nanoseconds until a permit may be granted, {@link Long#MAX_VALUE} when unknown; the end of a
     *     running trial may shorten it
     * @param cause the rule that opened the circuit, in words; {@code null} if an operator opened it
     */
    public record Denied(
            ProviderStatus.CircuitState state,
            long remaining,
            @Nullable String cause) implements Admission {}

    /**
     * State of the circuit at one instant.
     *
     * @param remaining nanoseconds until a call may be let through, 0 if it may be now, {@link Long#MAX_VALUE} when unknown
     * @param cause the rule that opened it, in words, if it is open or half-open
     * @param consecutive failures since the last success, 0 unless closed
     * @param window samples in the window of the rate rule, none unless closed
     * @param recent failures in the window of the count rule, 0 unless closed
     */
    public record Reading(
            ProviderStatus.CircuitState state,
            long remaining,
            @Nullable String cause,
            int consecutive,
            SlidingWindow.Tally window,
            int recent) {}

    /** The open circuit of another instance, which the next failure here confirms. */
    private record Suspicion(String cause, long until) {}

    private final CircuitPolicy policy;
    private final RandomGenerator random;
    private final Watcher watcher;
    private final BooleanSupplier mayOpen;
    private final AtomicReference<BreakerState> state;
    private volatile @Nullable Suspicion suspicion;

    public CircuitBreaker(CircuitPolicy policy, RandomGenerator random, Watcher watcher, long now) {
        this(policy, random, watcher, () -> true, now);
    }

    /** @param mayOpen further condition for a closed circuit to open after a failure that breaks a rule */
    public CircuitBreaker(
            CircuitPolicy policy, RandomGenerator random, Watcher watcher, BooleanSupplier mayOpen, long now) {
        this.mayOpen = mayOpen;
        this.policy = policy;
        this.random = random;
        this.watcher = watcher;
        this.state = new AtomicReference<>(BreakerState.first(now, policy));
    }

    /** Returns a permit, which must be ended, or a denial with the time to wait. */
    public Admission tryAcquire(long now) {
        BreakerState current = state.get();
        return current instanceof BreakerState.Closed ? new Permit(this, current) : acquire(false, now);
    }

    /**
     * Requests a permit without waiting for the end of the open time, for the best route when all circuits are open. Grants
     * one trial at a time, and none while an operator keeps the circuit open.
     */
    public Admission tryEarly(long now) {
        return acquire(true, now);
    }

    /**
     * Requests a permit beside the trial in progress, for a call that waited while connections were refused. Its success
     * closes the circuit like that of the trial, its failure is ignored.
     */
    public Admission tryBeside(long now) {
        return state.get() instanceof BreakerState.HalfOpen trial
                ? new Permit(this, trial.beside())
                : acquire(true, now);
    }

    private Admission acquire(boolean early, long now) {
        while (true) {
            BreakerState current = state.get();
            BreakerState next = current.acquire(early, now, policy);
            if (next != current && !swap(current, next, now)) {
                continue;
            }
            boolean leased = next instanceof BreakerState.HalfOpen && next != current;
            return leased || next instanceof BreakerState.Closed || next instanceof Disabled
                    ? new Permit(this, next)
                    : new Denied(next.name(), next.remaining(now), next.cause());
        }
    }

    /** Refuses all calls, for maintenance: for a duration, or with {@code null} until {@link #release}. */
    public void forceOpen(@Nullable Duration time, long now) {
        transition(current -> current.forced(time, now), now);
    }

    /** Ends {@link #forceOpen}: the circuit is closed, or disabled if it was before. No effect in other states. */
    public void release(long now) {
        transition(current -> current.released(now, policy), now);
    }

    /** Forgets all failures: an open circuit is closed. No effect while an operator keeps it open or disabled. */
    public void reset(long now) {
        transition(current -> current.reset(now, policy), now);
    }

    /** Permits all calls; ends a forced opening. */
    void disable(long now) {
        transition(BreakerState::disabled, now);
    }

    /** Ends {@link #disable}: the circuit is closed. No effect in other states. */
    void enable(long now) {
        transition(current -> current.enabled(now, policy), now);
    }

    /** Opens the circuit because another instance opened its own until this instant. */
    public void remoteOpened(String cause, long until, long now) {
        transition(current -> current.remoteOpened(cause, until, now, policy), now);
    }

    /**
     * Opens a closed circuit if its next call fails before this instant, because another instance opened its own. A success
     * refutes that.
     */
    public void remoteSuspected(String cause, long until) {
        suspicion = new Suspicion(cause, until);
    }

    /** Ends {@link #remoteSuspected}. */
    public void remoteCleared() {
        suspicion = null;
    }

    /** Returns true if the circuit is closed and the last call failed. */
    public boolean failedLast() {
        return state.get() instanceof BreakerState.Closed closed
                && closed.statistics().consecutive() > 0;
    }

    /** Makes a trial possible at once because one of another instance succeeded. */
    public void remoteClosed(long now) {
        transition(current -> current.remoteClosed(now), now);
    }

    public Reading reading(long now) {
        BreakerState current = transition(state -> state.refresh(now, policy), now);
        return current instanceof BreakerState.Closed closed
                ? new Reading(
                        current.name(),
                        0,
                        null,
                        closed.statistics().consecutive(),
                        closed.statistics().calls(now),
                        closed.statistics().recent(now))
                : new Reading(current.name(), current.remaining(now), current.cause(), 0, SlidingWindow.Tally.NONE, 0);
    }

    /** Returns true if all calls are permitted and counted, as of the last change of state. */
    public boolean isClosed() {
        return state.get() instanceof BreakerState.Closed;
    }

    /** Returns true while an operator keeps the circuit open. */
    public boolean isForcedOpen() {
        return state.get() instanceof ForcedOpen;
    }

    /** Nanoseconds from an instant until a call may be permitted, as of the last change of state; 0 if it may be then. */
    public long remaining(long now) {
        return state.get().remaining(now);
    }

    /** State after the last change, without applying the passing of time. */
    BreakerState state() {
        return state.get();
    }

    void succeeded(BreakerState.Closed by, long now) {
        by.statistics().success(now);
        if (suspicion != null && state.get() == by) {
            suspicion = null;
        }
    }

    void failed(BreakerState.Closed by, long now) {
        if (state.get() != by) {
            return;
        }
        failed(by, by.statistics().failure(now), now);
    }

    /** @param begun the instant of the first content */
    void cut(BreakerState.Closed by, long begun, long now) {
        if (state.get() != by) {
            return;
        }
        failed(by, by.statistics().cut(begun, now), now);
    }

    private void failed(BreakerState.Closed by, @Nullable String broken, long now) {
        if (broken != null && mayOpen.getAsBoolean()) {
            double roll = roll();
            transition(current -> current.tripped(by, broken, roll, now, policy), now);
        } else {
            confirm(now);
        }
    }

    private void confirm(long now) {
        Suspicion suspected = suspicion;
        if (suspected != null) {
            suspicion = null;
            remoteOpened(suspected.cause, suspected.until, now);
        }
    }

    void failed(BreakerState.HalfOpen by, long now) {
        double roll = roll();
        transition(current -> current.failed(by, roll, now, policy), now);
    }

    void releaseTrial(BreakerState.HalfOpen by, long now) {
        transition(current -> current.releaseTrial(by), now);
    }

    /** Returns the state that this trial led to, or the trial itself if its result is outdated. */
    BreakerState trialSucceeded(BreakerState.HalfOpen by, long now) {
        while (true) {
            BreakerState current = state.get();
            BreakerState next = current.trialSucceeded(by, now, policy);
            if (next == current) {
                return by;
            }
            if (swap(current, next, now)) {
                return next;
            }
        }
    }

    private double roll() {
        return random.nextDouble() * 2 - 1;
    }

    private BreakerState transition(UnaryOperator<BreakerState> step, long now) {
        while (true) {
            BreakerState current = state.get();
            BreakerState next = step.apply(current);
            if (next == current || swap(current, next, now)) {
                return next;
            }
        }
    }

    private boolean swap(BreakerState current, BreakerState next, long now) {
        if (!state.compareAndSet(current, next)) {
            return false;
        }
        if (current.generation() != next.generation()) {
            boolean remote = next instanceof BreakerState.Open open && open.remote();
            watcher.changed(new Change(
                    current.name(), next.name(), next.generation(), next.cause(), remote, next.remaining(now), now));
        }
        return true;
    }
}
