package dev.understudy.ops.event;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.ServedBy;
import java.time.Duration;
import java.util.List;

/** The step of a served call that led to its answer. */
public enum Saving {
    /** The first attempt served. */
    NONE,
    /** The first provider and model served, after a retry. */
    RETRY,
    /** Another provider or model served, before any content. */
    FAILOVER,
    /** A second request served, because the first was slow. */
    HEDGE,
    /** A stream was interrupted and continued. */
    TAKEOVER;

    /**
     * Reads the attempt log of an answer.
     *
     * @param servedBy route and attempt log of the answer
     * @return the step
     */
    public static Saving of(ServedBy servedBy) {
        List<AttemptLog.Attempt> attempts = servedBy.attemptLog().attempts();
        boolean failed = false;
        boolean outrun = false;
        for (AttemptLog.Attempt attempt : attempts) {
            if (attempt.outcome() == AttemptLog.Outcome.PARTIAL) {
                return TAKEOVER;
            }
            boolean other = !isServing(servedBy, attempt);
            outrun |= other && attempt.outcome() == AttemptLog.Outcome.WASTED && attempt.failure() == null;
            failed |= attempt.outcome() == AttemptLog.Outcome.FAILED;
        }
        if (servedBy.fallback()) {
            return outrun && !failed ? HEDGE : FAILOVER;
        }
        return failed ? RETRY : NONE;
    }

    /**
     * Returns the time of a call in which no attempt delivered an answer or a part of it.
     *
     * @param attemptLog attempts of the call
     * @param took time from the subscription to the end of the answer
     * @return the time, not negative
     */
    public static Duration added(AttemptLog attemptLog, Duration took) {
        Duration rest = took;
        for (AttemptLog.Attempt attempt : attemptLog.attempts()) {
            if (delivered(attempt)) {
                rest = rest.minus(attempt.timing().took());
            }
        }
        return rest.isNegative() ? Duration.ZERO : rest;
    }

    static boolean delivered(AttemptLog.Attempt attempt) {
        return attempt.outcome() == AttemptLog.Outcome.SERVED || attempt.outcome() == AttemptLog.Outcome.PARTIAL;
    }

    private static boolean isServing(ServedBy servedBy, AttemptLog.Attempt attempt) {
        return attempt.provider().equals(servedBy.provider()) && attempt.model().equals(servedBy.model());
    }
}
