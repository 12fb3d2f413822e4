package dev.understudy.policy;

import java.time.Duration;

/**
 * Who is asked first: the active provider, normally the first one of the list.
 *
 * @param automatic whether others are asked at all when the active one fails; true
 * @param maxConsecutiveFailures after so many failures in a row the next healthy provider becomes the active one; 5
 * @param returns whether the first provider becomes the active one again when it has recovered; true
 * @param returnAfter without probes, how long after its last failure it is tried again, if its circuits are not open; 5 s
 */
public record FailoverPolicy(boolean automatic, int maxConsecutiveFailures, boolean returns, Duration returnAfter) {

    private static final FailoverPolicy DEFAULTS = new FailoverPolicy(true, 5, true, Duration.ofSeconds(5));

    public FailoverPolicy {
        if (maxConsecutiveFailures < 1) {
            throw new IllegalArgumentException("maxConsecutiveFailures is 1 or more: " + maxConsecutiveFailures);
        }
        if (returnAfter.isNegative()) {
            throw new IllegalArgumentException("returnAfter is not negative: " + returnAfter);
        }
    }

    public static FailoverPolicy defaults() {
        return DEFAULTS;
    }

    /** Only the active provider is asked, until an operator switches. */
    public static FailoverPolicy manual() {
        return new FailoverPolicy(false, DEFAULTS.maxConsecutiveFailures, false, DEFAULTS.returnAfter);
    }

    public FailoverPolicy withMaxConsecutiveFailures(int failures) {
        return new FailoverPolicy(automatic, failures, returns, returnAfter);
    }

    public FailoverPolicy withReturns(boolean returns) {
        return new FailoverPolicy(automatic, maxConsecutiveFailures, returns, returnAfter);
    }

    public FailoverPolicy withReturnAfter(Duration returnAfter) {
        return new FailoverPolicy(automatic, maxConsecutiveFailures, returns, returnAfter);
    }
}
