package dev.understudy.policy;

import java.time.Duration;

/**
 * Failover between providers, and choice of the active provider: the one that calls ask first, normally the first in
 * the list.
 *
 * @param automatic {@code true} if calls fail over to other providers when the active one fails; {@code true} by default
 * @param maxConsecutiveFailures consecutive failures after which the next healthy provider becomes the active one, 1 or
 *     more; 5 by default
 * @param returns {@code true} if the first provider becomes the active one again after it has recovered; {@code true} by
 *     default
 * @param returnAfter time after its last failure at which the first provider is tried again when there are no health
 *     checks and its circuits are not open, 0 or more; 5 s by default
 */
public record FailoverPolicy(boolean automatic, int maxConsecutiveFailures, boolean returns, Duration returnAfter) {

    private static final FailoverPolicy DEFAULTS = new FailoverPolicy(true, 5, true, Duration.ofSeconds(5));

    /**
     * Checks the values.
     *
     * @param automatic {@code true} if calls fail over to other providers when the active one fails
     * @param maxConsecutiveFailures consecutive failures after which the next healthy provider becomes the active one
     * @param returns {@code true} if the first provider becomes the active one again after it has recovered
     * @param returnAfter time after its last failure at which the first provider is tried again
     * @throws IllegalArgumentException if a value is out of its range
     */
    public FailoverPolicy {
        if (maxConsecutiveFailures < 1) {
            throw new IllegalArgumentException("maxConsecutiveFailures is 1 or more: " + maxConsecutiveFailures);
        }
        if (returnAfter.isNegative()) {
            throw new IllegalArgumentException("returnAfter is not negative: " + returnAfter);
        }
    }

    /**
     * Returns the default policy.
     *
     * @return the policy
     */
    public static FailoverPolicy defaults() {
        return DEFAULTS;
    }

    /**
     * Returns a policy without failover: only the active provider is asked, until an operator switches.
     *
     * @return the policy
     */
    public static FailoverPolicy manual() {
        return new FailoverPolicy(false, DEFAULTS.maxConsecutiveFailures, false, DEFAULTS.returnAfter);
    }

    /**
     * Returns a copy with another limit of consecutive failures.
     *
     * @param failures 1 or more
     * @return a copy
     */
    public FailoverPolicy withMaxConsecutiveFailures(int failures) {
        return new FailoverPolicy(automatic, failures, returns, returnAfter);
    }

    /**
     * Returns a copy that does or does not return to the first provider.
     *
     * @param returns {@code true} to return to the first provider after it has recovered
     * @return a copy
     */
    public FailoverPolicy withReturns(boolean returns) {
        return new FailoverPolicy(automatic, maxConsecutiveFailures, returns, returnAfter);
    }

    /**
     * Returns a copy with another time until the first provider is tried again.
     *
     * @param returnAfter zero or longer
     * @return a copy
     */
    public FailoverPolicy withReturnAfter(Duration returnAfter) {
        return new FailoverPolicy(automatic, maxConsecutiveFailures, returns, returnAfter);
    }
}
