package dev.understudy;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What probes have found out about a provider. Immutable; one probe after the other makes the next one.
 *
 * @param running whether a probe is on its way
 * @param healthy what the thresholds say, {@code null} until they say anything
 * @param inARow probes with the same result in a row
 * @param lastSucceeded which result that is
 * @param last when the last one ended
 * @param at the same on the nanosecond clock, meaningless before
 * @param message what the last failure said
 */
record Checkup(
        boolean running,
        @Nullable Boolean healthy,
        int inARow,
        boolean lastSucceeded,
        @Nullable Instant last,
        long at,
        @Nullable String message) {

    static final Checkup NONE = new Checkup(false, null, 0, false, null, 0, null);

    Checkup begun() {
        return running(true);
    }

    /** It will never end. */
    Checkup abandoned() {
        return running(false);
    }

    private Checkup running(boolean running) {
        return new Checkup(running, healthy, inARow, lastSucceeded, last, at, message);
    }

    Checkup ended(boolean success, @Nullable String why, Probes probes, Instant last, long at) {
        int row = success == lastSucceeded ? inARow + 1 : 1;
        int needed = success ? (healthy == null ? 1 : probes.healthyAfter()) : probes.unhealthyAfter();
        Boolean verdict = row >= needed ? Boolean.valueOf(success) : healthy;
        return new Checkup(false, verdict, row, success, last, at, success ? message : why);
    }

    /** Out of rotation: probes have failed too often. */
    boolean failed() {
        return Boolean.FALSE.equals(healthy);
    }
}
