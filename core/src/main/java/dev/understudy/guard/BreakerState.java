package dev.understudy.guard;

import dev.understudy.event.ProviderStatus;
import dev.understudy.policy.CircuitPolicy;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The states of a circuit breaker. Each method is an event and returns the following state; an identical object means that
 * nothing changed. Pure, apart from the samples that the statistics of a closed circuit collect. The generation grows by
 * one with each change of name, which separates results of calls that were permitted before a change from later ones.
 */
sealed interface BreakerState
        permits BreakerState.Closed, BreakerState.Open, BreakerState.HalfOpen, ForcedOpen, Disabled {

    long generation();

    ProviderStatus.CircuitState name();

    /** Nanoseconds until a call may be let through, {@link Long#MAX_VALUE} when unknown. */
    default long remaining(long now) {
        return 0;
    }

    /** The rule that opened the circuit, in words; {@code null} while closed and when an operator opened it. */
    default @Nullable String cause() {
        return null;
    }

    /** Applies the passing of time. */
    default BreakerState refresh(long now, CircuitPolicy policy) {
        return this;
    }

    /**
     * Requests a permit for a call. A returned half-open state that is a new object has leased its trial to the caller.
     *
     * @param early true if an open circuit may be tried before its open time ends
     */
    default BreakerState acquire(boolean early, long now, CircuitPolicy policy) {
        return this;
    }

    /** Opens the circuit because a call that was permitted by this closed state broke a rule. */
    default BreakerState tripped(Closed by, String cause, double roll, long now, CircuitPolicy policy) {
        return this;
    }

    /** Closes the circuit after a successful trial. */
    default BreakerState trialSucceeded(HalfOpen by, long now, CircuitPolicy policy) {
        return this;
    }

    /** Opens the circuit again after a failed trial. */
    default BreakerState failed(HalfOpen by, double roll, long now, CircuitPolicy policy) {
        return this;
    }

    /** Releases a trial that ended without a result. */
    default BreakerState releaseTrial(HalfOpen by) {
        return this;
    }

    /** Opens the circuit because another instance opened its own, for no longer than this one would stay open itself. */
    default BreakerState remoteOpened(String cause, long until, long now, CircuitPolicy policy) {
        return this;
    }

    /** Makes a trial possible at once because one of another instance succeeded. */
    default BreakerState remoteClosed(long now) {
        return this;
    }

    /** Opens the circuit by an operator's order, for a duration or with {@code null} until it is released. */
    default BreakerState forced(@Nullable Duration time, long now) {
        long until = time == null ? now : now + Nanos.of(time);
        return new ForcedOpen(generation() + 1, time != null, until, name() == ProviderStatus.CircuitState.DISABLED);
    }

    /** Ends a forced opening by an operator's order. */
    default BreakerState released(long now, CircuitPolicy policy) {
        return this;
    }

    /** Forgets failures by an operator's order. */
    default BreakerState reset(long now, CircuitPolicy policy) {
        return new Closed(generation() + 1, new BreakerStatistics(policy, now));
    }

    default BreakerState disabled() {
        return new Disabled(generation() + 1);
    }

    default BreakerState enabled(long now, CircuitPolicy policy) {
        return this;
    }

    static BreakerState first(long now, CircuitPolicy policy) {
        return policy.enabled() ? new Closed(0, new BreakerStatistics(policy, now)) : new Disabled(0);
    }

    /**
     * Calls pass and are counted.
     *
     * @param statistics samples since the circuit closed
     */
    record Closed(long generation, BreakerStatistics statistics) implements BreakerState {

        @Override
        public ProviderStatus.CircuitState name() {
            return ProviderStatus.CircuitState.CLOSED;
        }

        @Override
        public BreakerState reset(long now, CircuitPolicy policy) {
            return new Closed(generation, new BreakerStatistics(policy, now));
        }

        @Override
        public BreakerState tripped(Closed by, String cause, double roll, long now, CircuitPolicy policy) {
            return by.generation == generation
                    ? new Open(generation + 1, now + OpenTime.nanos(policy, 1, roll), 1, cause)
                    : this;
        }

        @Override
        public BreakerState remoteOpened(String cause, long until, long now, CircuitPolicy policy) {
            return until - now > 0
                    ? new Open(generation + 1, OpenTime.limited(until, now, policy), 1, Open.REMOTE + cause, true)
                    : this;
        }
    }

    /**
     * Calls are refused until a trial may be made.
     *
     * @param until the instant from which a trial may be made
     * @param times number of times it has opened without a recovery, this time included
     * @param cause the rule that opened it, in words
     * @param remote true if another instance opened it
     */
    record Open(long generation, long until, int times, String cause, boolean remote) implements BreakerState {

        private static final String REMOTE = "another instance: ";

        Open(long generation, long until, int times, String cause) {
            this(generation, until, times, cause, false);
        }

        @Override
        public ProviderStatus.CircuitState name() {
            return ProviderStatus.CircuitState.OPEN;
        }

        @Override
        public long remaining(long now) {
            return Math.max(0, until - now);
        }

        @Override
        public BreakerState acquire(boolean early, long now, CircuitPolicy policy) {
            return early || remaining(now) == 0
                    ? new HalfOpen(generation + 1, 1, true, now + Nanos.of(policy.trialLease()), times, cause)
                    : this;
        }

        @Override
        public BreakerState remoteOpened(String cause, long until, long now, CircuitPolicy policy) {
            long limited = OpenTime.limited(until, now, policy);
            return limited - this.until > 0 ? new Open(generation, limited, times, this.cause, remote) : this;
        }

        @Override
        public BreakerState remoteClosed(long now) {
            return remaining(now) == 0 ? this : new Open(generation, now, times, cause, remote);
        }
    }

    /**
     * One trial at a time may pass; its result closes or opens the circuit.
     *
     * @param lease number of the last trial
     * @param leased true if that trial is undecided
     * @param until the instant when that trial counts as lost
     * @param times number of times it has opened without a recovery
     */
    record HalfOpen(long generation, int lease, boolean leased, long until, int times, String cause)
            implements BreakerState {

        @Override
        public ProviderStatus.CircuitState name() {
            return ProviderStatus.CircuitState.HALF_OPEN;
        }

        @Override
        public long remaining(long now) {
            return leased ? Math.max(0, until - now) : 0;
        }

        @Override
        public BreakerState acquire(boolean early, long now, CircuitPolicy policy) {
            return remaining(now) == 0
                    ? new HalfOpen(generation, lease + 1, true, now + Nanos.of(policy.trialLease()), times, cause)
                    : this;
        }

        /** Returns the state for a call beside the trial: of the lease before, which is not the current one. */
        HalfOpen beside() {
            return new HalfOpen(generation, lease - 1, leased, until, times, cause);
        }

        /** Accepts also a trial whose lease expired: it was sent after the circuit opened, so its success is current. */
        @Override
        public BreakerState trialSucceeded(HalfOpen by, long now, CircuitPolicy policy) {
            return by.generation == generation ? new Closed(generation + 1, new BreakerStatistics(policy, now)) : this;
        }

        @Override
        public BreakerState failed(HalfOpen by, double roll, long now, CircuitPolicy policy) {
            return isCurrent(by) ? OpenTime.again(this, roll, now, policy) : this;
        }

        @Override
        public BreakerState releaseTrial(HalfOpen by) {
            return isCurrent(by) ? new HalfOpen(generation, lease, false, until, times, cause) : this;
        }

        private boolean isCurrent(HalfOpen by) {
            return by.generation == generation && by.lease == lease;
        }
    }
}
