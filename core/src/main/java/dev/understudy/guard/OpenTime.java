package dev.understudy.guard;

import dev.understudy.policy.CircuitPolicy;

/** Computes for how long a circuit stays open. Pure, given the random value. */
final class OpenTime {

    private OpenTime() {}

    /**
     * Returns for how long a circuit stays open, in nanoseconds.
     *
     * @param times number of times it has opened without a recovery, this time included
     * @param roll random value from -1 to 1, for the jitter
     */
    static long nanos(CircuitPolicy policy, int times, double roll) {
        CircuitPolicy.Pause pause = policy.pause();
        double doubled = (double) Nanos.of(pause.first()) * Math.pow(2, times - 1);
        double capped = Math.min(doubled, (double) Nanos.of(pause.longest()));
        return (long) (capped * (1 + pause.jitter() * roll));
    }

    /** Returns the instant of another instance, at most the longest time that this instance would stay open itself. */
    static long limited(long until, long now, CircuitPolicy policy) {
        long longest = now + nanos(policy, Integer.MAX_VALUE, 1);
        return until - longest > 0 ? longest : until;
    }

    /**
     * Returns the open state after a failed trial. Its time counts from the beginning of the trial, so that a trial which
     * ended by a time limit does not wait twice, but lasts for the first open time at least.
     */
    static BreakerState.Open again(BreakerState.HalfOpen trial, double roll, long now, CircuitPolicy policy) {
        int times = trial.times() + 1;
        long begun = trial.until() - Nanos.of(policy.trialLease());
        long fromTrial = begun + nanos(policy, times, roll);
        long atLeast = now + nanos(policy, 1, roll);
        long until = fromTrial - atLeast > 0 ? fromTrial : atLeast;
        return new BreakerState.Open(trial.generation() + 1, until, times, trial.cause());
    }
}
