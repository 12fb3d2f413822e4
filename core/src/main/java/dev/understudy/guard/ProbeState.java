package dev.understudy.guard;

import dev.understudy.policy.HealthCheckPolicy;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Result of the health checks of one provider so far. Immutable.
 *
 * @param inProgress checks in progress
 * @param healthy verdict by the thresholds of the policy, {@code null} before the first and without background checks
 * @param consecutive number of last checks with equal results
 * @param lastSucceeded result of the last check
 * @param last the instant when the last check ended
 * @param at that instant on the nanosecond clock, meaningless before the first
 */
public record ProbeState(
        int inProgress,
        @Nullable Boolean healthy,
        int consecutive,
        boolean lastSucceeded,
        @Nullable Instant last,
        long at) {

    public static final ProbeState NONE = new ProbeState(0, null, 0, false, null, 0);

    public ProbeState begun() {
        return inProgress(inProgress + 1);
    }

    /** Returns the state after a check that was cancelled. */
    public ProbeState abandoned() {
        return inProgress(Math.max(0, inProgress - 1));
    }

    private ProbeState inProgress(int checks) {
        return new ProbeState(checks, healthy, consecutive, lastSucceeded, last, at);
    }

    /**
     * Returns the state after a check. Checks that an operator makes while background checks are off lead to no verdict,
     * because no later check would lift it.
     */
    public ProbeState ended(boolean success, HealthCheckPolicy healthCheckPolicy, Instant last, long at) {
        int inSequence = success == lastSucceeded ? consecutive + 1 : 1;
        int needed =
                success ? (healthy == null ? 1 : healthCheckPolicy.healthyAfter()) : healthCheckPolicy.unhealthyAfter();
        Boolean verdict = inSequence >= needed ? Boolean.valueOf(success) : healthy;
        return new ProbeState(
                Math.max(0, inProgress - 1),
                healthCheckPolicy.enabled() ? verdict : null,
                inSequence,
                success,
                last,
                at);
    }

    /** Returns the state without a verdict, for a provider whose background checks were turned off. */
    public ProbeState withoutVerdict() {
        return new ProbeState(inProgress, null, consecutive, lastSucceeded, last, at);
    }

    public boolean running() {
        return inProgress > 0;
    }

    /** Returns true if checks have failed often enough to take the provider out of rotation. */
    public boolean failed() {
        return Boolean.FALSE.equals(healthy);
    }
}
