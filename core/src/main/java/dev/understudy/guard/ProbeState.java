package dev.understudy.guard;

import dev.understudy.policy.HealthCheckPolicy;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What probes have found out about a provider. Immutable; one probe after the other makes the next one.
 *
 * @param running whether a probe is on its way
 * @param healthy what the thresholds say, {@code null} until they say anything
 * @param consecutive probes with the same result in a row
 * @param lastSucceeded which result that is
 * @param last when the last one ended
 * @param at the same on the nanosecond clock, meaningless before
 * @param message what the last failure said
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

    /** It will never end. */
    public ProbeState abandoned() {
        return running(false);
    }

    private ProbeState running(boolean running) {
        return new ProbeState(running, healthy, consecutive, lastSucceeded, last, at, message);
    }

    public ProbeState ended(
            boolean success, @Nullable String why, HealthCheckPolicy healthCheckPolicy, Instant last, long at) {
        int row = success == lastSucceeded ? consecutive + 1 : 1;
        int needed =
                success ? (healthy == null ? 1 : healthCheckPolicy.healthyAfter()) : healthCheckPolicy.unhealthyAfter();
        Boolean verdict = row >= needed ? Boolean.valueOf(success) : healthy;
        return new ProbeState(false, verdict, row, success, last, at, success ? message : why);
    }

    /** Out of rotation: probes have failed too often. */
    public boolean failed() {
        return Boolean.FALSE.equals(healthy);
    }
}
