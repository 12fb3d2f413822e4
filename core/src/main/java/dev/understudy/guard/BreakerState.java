package dev.understudy.guard;

import dev.understudy.event.CircuitState;
import dev.understudy.policy.CircuitPolicy;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The states of a circuit. Each method is an event and gives the state that follows; the same object means that nothing
 * changes. Pure, apart from the samples that the statistics of a closed circuit collect. The generation grows by one with
 * each change that has a new name, so that results of calls that were let through before it can be told apart.
 */
sealed interface BreakerState {

    long generation();

    CircuitState name();

    /** Nanoseconds until a call may be let through, {@link Long#MAX_VALUE} when nobody knows. */
    default long remaining(long now) {
        return 0;
    }

    /** What opened it, if it is not closed. */
    default @Nullable String why() {
        return null;
    }

    /** Time has passed. */
    default BreakerState refresh(long now, CircuitPolicy policy) {
        return this;
    }

    /**
     * Somebody wants to make a call. A half-open circuit that is not the same object afterwards has leased its trial.
     *
     * @param early whether an open circuit may be tried before its time
     */
    default BreakerState acquire(boolean early, long now, CircuitPolicy policy) {
        return this;
    }

    /** A rule of this closed circuit is broken. */
    default BreakerState tripped(Closed by, String why, double roll, long now, CircuitPolicy policy) {
        return this;
    }

    /** A trial succeeded. */
    default BreakerState trialSucceeded(HalfOpen by, long now, CircuitPolicy policy) {
        return this;
    }

    /** A trial failed. */
    default BreakerState failed(HalfOpen by, double roll, long now, CircuitPolicy policy) {
        return this;
    }

    /** A trial ended and says nothing. */
    default BreakerState releaseTrial(HalfOpen by) {
        return this;
    }

    /** Another instance has opened its own until then; nobody is believed for longer than this one would wait itself. */
    default BreakerState remoteOpened(String why, long until, long now, CircuitPolicy policy) {
        return this;
    }

    /** A trial of another instance succeeded: this one makes its own with the next call. */
    default BreakerState remoteClosed(long now) {
        return this;
    }

    /** An operator opens it for this time, or until it is released. */
    default BreakerState forced(@Nullable Duration time, long now) {
        long until = time == null ? now : now + Nanos.of(time);
        return new ForcedOpen(generation() + 1, time != null, until, name() == CircuitState.DISABLED);
    }

    /** An operator ends a forced opening. */
    default BreakerState released(long now, CircuitPolicy policy) {
        return this;
    }

    default BreakerState disabled() {
        return new Disabled(generation() + 1);
    }

    default BreakerState enabled(long now, CircuitPolicy policy) {
        return this;
    }

    /**
     * Returns how long the circuit stays open, in nanoseconds.
     *
     * @param times how often it has opened without a recovery, this time included
     * @param roll chance, from -1 to 1
     */
    static long pause(CircuitPolicy policy, int times, double roll) {
        CircuitPolicy.Pause pause = policy.pause();
        double doubled = Nanos.of(pause.first()) * Math.pow(2, times - 1);
        double capped = Math.min(doubled, Nanos.of(pause.longest()));
        return (long) (capped * (1 + pause.jitter() * roll));
    }

    static BreakerState first(long now, CircuitPolicy policy) {
        return policy.enabled() ? new Closed(0, new BreakerStatistics(policy, now)) : new Disabled(0);
    }

    /** @param statistics what was seen since it closed */
    record Closed(long generation, BreakerStatistics statistics) implements BreakerState {

        @Override
        public CircuitState name() {
            return CircuitState.CLOSED;
        }

        @Override
        public BreakerState tripped(Closed by, String why, double roll, long now, CircuitPolicy policy) {
            return by.generation == generation
                    ? new Open(generation + 1, now + BreakerState.pause(policy, 1, roll), 1, why)
                    : this;
        }

        @Override
        public BreakerState remoteOpened(String why, long until, long now, CircuitPolicy policy) {
            return until - now > 0
                    ? new Open(generation + 1, Open.believable(until, now, policy), 1, Open.TOLD + why, true)
                    : this;
        }
    }

    /**
     * @param until the instant when a trial may be made
     * @param times how often it has opened without a recovery, this time included
     * @param remote whether another instance told of it
     */
    record Open(long generation, long until, int times, String why, boolean remote) implements BreakerState {

        private static final String TOLD = "another instance: ";

        Open(long generation, long until, int times, String why) {
            this(generation, until, times, why, false);
        }

        private static long believable(long until, long now, CircuitPolicy policy) {
            long longest = now + BreakerState.pause(policy, Integer.MAX_VALUE, 1);
            return until - longest > 0 ? longest : until;
        }

        /** The pause counts from the beginning of the trial, so that one that was silent for long costs no time twice. */
        static Open again(HalfOpen trial, double roll, long now, CircuitPolicy policy) {
            int times = trial.times + 1;
            long begun = trial.until - Nanos.of(policy.trialLease());
            long pauseEnds = begun + BreakerState.pause(policy, times, roll);
            long atLeast = now + BreakerState.pause(policy, 1, roll);
            long until = pauseEnds - atLeast > 0 ? pauseEnds : atLeast;
            return new Open(trial.generation + 1, until, times, trial.why);
        }

        @Override
        public CircuitState name() {
            return CircuitState.OPEN;
        }

        @Override
        public long remaining(long now) {
            return Math.max(0, until - now);
        }

        @Override
        public BreakerState acquire(boolean early, long now, CircuitPolicy policy) {
            return early || remaining(now) == 0
                    ? new HalfOpen(generation + 1, 1, true, now + Nanos.of(policy.trialLease()), times, why)
                    : this;
        }

        @Override
        public BreakerState remoteOpened(String why, long until, long now, CircuitPolicy policy) {
            long believed = believable(until, now, policy);
            return believed - this.until > 0 ? new Open(generation, believed, times, this.why, remote) : this;
        }

        @Override
        public BreakerState remoteClosed(long now) {
            return remaining(now) == 0 ? this : new Open(generation, now, times, why, remote);
        }
    }

    /**
     * @param lease number of the last trial
     * @param held whether that trial is undecided
     * @param until the instant when that trial counts as lost
     * @param times how often it has opened without a recovery
     */
    record HalfOpen(long generation, int lease, boolean held, long until, int times, String why)
            implements BreakerState {

        @Override
        public CircuitState name() {
            return CircuitState.HALF_OPEN;
        }

        @Override
        public long remaining(long now) {
            return held ? Math.max(0, until - now) : 0;
        }

        @Override
        public BreakerState acquire(boolean early, long now, CircuitPolicy policy) {
            return remaining(now) == 0
                    ? new HalfOpen(generation, lease + 1, true, now + Nanos.of(policy.trialLease()), times, why)
                    : this;
        }

        /** A trial that was given up for lost proves life too: it was sent after the circuit opened. */
        @Override
        public BreakerState trialSucceeded(HalfOpen by, long now, CircuitPolicy policy) {
            return by.generation == generation ? new Closed(generation + 1, new BreakerStatistics(policy, now)) : this;
        }

        @Override
        public BreakerState failed(HalfOpen by, double roll, long now, CircuitPolicy policy) {
            return holds(by) ? Open.again(this, roll, now, policy) : this;
        }

        @Override
        public BreakerState releaseTrial(HalfOpen by) {
            return holds(by) ? new HalfOpen(generation, lease, false, until, times, why) : this;
        }

        private boolean holds(HalfOpen by) {
            return by.generation == generation && by.lease == lease;
        }
    }

    /**
     * @param ends whether it ends by itself
     * @param until the instant when it does
     * @param wasDisabled whether the circuit is disabled again afterwards
     */
    record ForcedOpen(long generation, boolean ends, long until, boolean wasDisabled) implements BreakerState {

        @Override
        public CircuitState name() {
            return CircuitState.FORCED_OPEN;
        }

        @Override
        public long remaining(long now) {
            return ends ? Math.max(0, until - now) : Long.MAX_VALUE;
        }

        @Override
        public BreakerState refresh(long now, CircuitPolicy policy) {
            return remaining(now) == 0 ? released(now, policy) : this;
        }

        @Override
        public BreakerState acquire(boolean early, long now, CircuitPolicy policy) {
            return refresh(now, policy);
        }

        @Override
        public BreakerState forced(@Nullable Duration time, long now) {
            long until = time == null ? now : now + Nanos.of(time);
            return new ForcedOpen(generation + 1, time != null, until, wasDisabled);
        }

        @Override
        public BreakerState released(long now, CircuitPolicy policy) {
            return wasDisabled
                    ? new Disabled(generation + 1)
                    : new Closed(generation + 1, new BreakerStatistics(policy, now));
        }
    }

    record Disabled(long generation) implements BreakerState {

        @Override
        public CircuitState name() {
            return CircuitState.DISABLED;
        }

        @Override
        public BreakerState disabled() {
            return this;
        }

        @Override
        public BreakerState enabled(long now, CircuitPolicy policy) {
            return new Closed(generation + 1, new BreakerStatistics(policy, now));
        }
    }
}
