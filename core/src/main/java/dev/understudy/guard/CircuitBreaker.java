package dev.understudy.guard;

import dev.understudy.event.CircuitState;
import dev.understudy.policy.CircuitPolicy;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Keeps calls away from one provider and model while it is down. Holds the state and nothing else: what follows what
 * stands in {@link BreakerState}. Never blocks. Every {@code now} is a reading of the same nanosecond clock.
 */
public final class CircuitBreaker {

    /**
     * One change of state.
     *
     * @param generation number of changes so far, this one included; tells the order
     * @param why what opened the circuit, if failures did
     * @param remote whether another instance opened it
     * @param remaining nanoseconds until a call may be let through, {@link Long#MAX_VALUE} when nobody knows
     * @param at the instant of the change
     */
    public record Change(
            CircuitState from,
            CircuitState to,
            long generation,
            @Nullable String why,
            boolean remote,
            long remaining,
            long at) {}

    /** Hears of each change of name, once, after it is in force; generations tell the order. Must not throw. */
    @FunctionalInterface
    public interface Watcher {
        void changed(Change change);
    }

    /** Answer of the circuit breaker to a request for a permit. */
    public sealed interface Admission permits Permit, Denied {}

    /**
     * @param remaining nanoseconds until it is worth asking again, {@link Long#MAX_VALUE} when nobody knows; a trial that is
     *     decided sooner ends it sooner
     * @param why what opened the circuit, if not an operator
     */
    public record Denied(
            CircuitState state, long remaining, @Nullable String why) implements Admission {}

    /**
     * @param remaining nanoseconds until a call may be let through, 0 if it may be now, {@link Long#MAX_VALUE} when nobody knows
     * @param why what opened it, if it is open or half-open
     * @param consecutive failures since the last success, 0 unless closed
     * @param window samples in the window of the rate rule, none unless closed
     * @param recent failures in the window of the count rule, 0 unless closed
     */
    public record Reading(
            CircuitState state,
            long remaining,
            @Nullable String why,
            int consecutive,
            SlidingWindow.Tally window,
            int recent) {}

    private final CircuitPolicy policy;
    private final RandomGenerator random;
    private final Watcher watcher;
    private final AtomicReference<BreakerState> state;

    public CircuitBreaker(CircuitPolicy policy, RandomGenerator random, Watcher watcher, long now) {
        this.policy = policy;
        this.random = random;
        this.watcher = watcher;
        this.state = new AtomicReference<>(BreakerState.first(now, policy));
    }

    /** A permit, which must be ended, or the time to wait. */
    public Admission tryAcquire(long now) {
        BreakerState is = state.get();
        return is instanceof BreakerState.Closed ? new Permit(this, is) : ask(false, now);
    }

    /**
     * The same, but does not wait for the open time: for the best of the routes when all are open. Still one trial at a time,
     * and never against an operator.
     */
    public Admission tryEarly(long now) {
        return ask(true, now);
    }

    private Admission ask(boolean early, long now) {
        while (true) {
            BreakerState is = state.get();
            BreakerState next = is.acquire(early, now, policy);
            if (next != is && !swap(is, next, now)) {
                continue;
            }
            boolean leased = next instanceof BreakerState.HalfOpen && next != is;
            return leased || next instanceof BreakerState.Closed || next instanceof BreakerState.Disabled
                    ? new Permit(this, next)
                    : new Denied(next.name(), next.remaining(now), next.why());
        }
    }

    /** Lets nobody through, for maintenance: for this time, or with {@code null} until {@link #release}. */
    public void forceOpen(@Nullable Duration time, long now) {
        move(is -> is.forced(time, now), now);
    }

    /** Ends {@link #forceOpen}; the circuit is closed, or disabled if it was before. Else nothing. */
    public void release(long now) {
        move(is -> is.released(now, policy), now);
    }

    /** Lets everybody through, and ends a forced opening too. */
    void disable(long now) {
        move(BreakerState::disabled, now);
    }

    /** Ends {@link #disable}; the circuit is closed. Else nothing. */
    void enable(long now) {
        move(is -> is.enabled(now, policy), now);
    }

    /** Another instance has opened its own until then. */
    public void remoteOpened(String why, long until, long now) {
        move(is -> is.remoteOpened(why, until, now, policy), now);
    }

    /** A trial of another instance succeeded. */
    public void remoteClosed(long now) {
        move(is -> is.remoteClosed(now), now);
    }

    public Reading reading(long now) {
        BreakerState is = move(breakerState -> breakerState.refresh(now, policy), now);
        return is instanceof BreakerState.Closed closed
                ? new Reading(
                        is.name(),
                        0,
                        null,
                        closed.statistics().consecutive(),
                        closed.statistics().calls(now),
                        closed.statistics().recent(now))
                : new Reading(is.name(), is.remaining(now), is.why(), 0, SlidingWindow.Tally.NONE, 0);
    }

    /** Whether all calls are let through and counted, as of the last change of state. */
    public boolean isClosed() {
        return state.get() instanceof BreakerState.Closed;
    }

    /** Nanoseconds from this instant until a call may be let through, as of the last change of state; 0 if it may be then. */
    public long remaining(long now) {
        return state.get().remaining(now);
    }

    /** State after the last change, which is not brought up to date. */
    BreakerState state() {
        return state.get();
    }

    void failed(BreakerState.Closed by, long now) {
        if (state.get() != by) {
            return;
        }
        String broken = by.statistics().failure(now);
        if (broken != null) {
            double roll = roll();
            move(is -> is.tripped(by, broken, roll, now, policy), now);
        }
    }

    void failed(BreakerState.HalfOpen by, long now) {
        double roll = roll();
        move(is -> is.failed(by, roll, now, policy), now);
    }

    void freed(BreakerState.HalfOpen by, long now) {
        move(is -> is.releaseTrial(by), now);
    }

    /** The state that this trial has brought about, or the trial itself if it came too late. */
    BreakerState passed(BreakerState.HalfOpen by, long now) {
        while (true) {
            BreakerState is = state.get();
            BreakerState next = is.trialSucceeded(by, now, policy);
            if (next == is) {
                return by;
            }
            if (swap(is, next, now)) {
                return next;
            }
        }
    }

    private double roll() {
        return random.nextDouble() * 2 - 1;
    }

    private BreakerState move(UnaryOperator<BreakerState> step, long now) {
        while (true) {
            BreakerState is = state.get();
            BreakerState next = step.apply(is);
            if (next == is || swap(is, next, now)) {
                return next;
            }
        }
    }

    private boolean swap(BreakerState is, BreakerState next, long now) {
        if (!state.compareAndSet(is, next)) {
            return false;
        }
        if (is.generation() != next.generation()) {
            boolean remote = next instanceof BreakerState.Open open && open.remote();
            watcher.changed(new Change(
                    is.name(), next.name(), next.generation(), next.why(), remote, next.remaining(now), now));
        }
        return true;
    }
}
