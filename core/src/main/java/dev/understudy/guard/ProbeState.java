package dev.understudy.guard;

import dev.understudy.policy.HealthCheckPolicy;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Result of the health checks of one provider so far. Immutable.
 *
 * @param running true if a check is in progress
 * @param healthy verdict by the thresholds of the policy, {@code null} before the first
 * @param consecutive number of last checks with equal results
 * @param lastSucceeded result of the last check
 * @param last the instant when the last check ended
 * @param at that instant on the nanosecond clock, meaningless before the first
 * @param message message of the last failed check
 */
public record ProbeState(
        boolean running,
        @Nullable Boolean healthy,
        int consecutive,
        boolean lastSucceeded,
        @Nullable Instant last,
        long at,
        @Nullable String message) {

    public static final ProbeState NONE = new ProbeState(false, null, 0, false, null, 0, null);

    public ProbeState begun() {
        return running(true);
    }

    /** Returns the state after a check that was cancelled. */
    public ProbeState abandoned() {
        return running(false);
    }

    private ProbeState running(boolean running) {
        return new ProbeState(running, healthy, consecutive, lastSucceeded, last, at, message);
    }

    public ProbeState ended(
            boolean success, @Nullable String error, HealthCheckPolicy healthCheckPolicy, Instant last, long at) {
        int inSequence = success == lastSucceeded ? consecutive + 1 : 1;
        int needed =
                success ? (healthy == null ? 1 : healthCheckPolicy.healthyAfter()) : healthCheckPolicy.unhealthyAfter();
        Boolean verdict = inSequence >= needed ? Boolean.valueOf(success) : healthy;
        return new ProbeState(false, verdict, inSequence, success, last, at, success ? message : error);
    }

    /** Returns true if checks have failed often enough to take the provider out of rotation. */
    public boolean failed() {
        return Boolean.FALSE.equals(healthy);
    }
}
