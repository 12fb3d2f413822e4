package dev.understudy.policy;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Limits how many retries all calls together add to one provider's load, so that a partial outage does not become a retry
 * storm. Each first attempt earns a share of a retry token, or elapsed time does where that is more; each retry at the same
 * provider costs one token. A failover to another provider costs none.
 *
 * @param share tokens that a first attempt earns, 0 or more; {@code null} for no limit; 0.2
 * @param floor tokens that a second earns at least, 0 or more; 1
 * @param memory for how long tokens earned by time are saved up, a second or more; 10 s
 */
public record RetryBudget(@Nullable Double share, double floor, Duration memory) {

    private static final RetryBudget DEFAULTS = new RetryBudget(0.2, 1, Duration.ofSeconds(10));
    private static final RetryBudget UNLIMITED = DEFAULTS.withShare(null);

    /**
     * Checks the values.
     *
     * @param share tokens that a first attempt earns
     * @param floor tokens that a second earns at least
     * @param memory for how long tokens earned by time are saved up
     * @throws IllegalArgumentException if a value is out of its range
     */
    public RetryBudget {
        if ((share != null && !(share >= 0)) || !(floor >= 0)) {
            throw new IllegalArgumentException("share and floor are 0 or more: " + share + ", " + floor);
        }
        if (memory.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException("memory is at least a second: " + memory);
        }
    }

    /**
     * Returns the default budget.
     *
     * @return the budget
     */
    public static RetryBudget defaults() {
        return DEFAULTS;
    }

    /**
     * Returns no budget, which means no limit: only the {@link RetryPolicy} of each call limits retries.
     *
     * @return the budget
     */
    public static RetryBudget none() {
        return UNLIMITED;
    }

    /**
     * Returns a copy with another share.
     *
     * @param share tokens that a first attempt earns, 0 or more; {@code null} for no limit
     * @return a copy
     */
    public RetryBudget withShare(@Nullable Double share) {
        return new RetryBudget(share, floor, memory);
    }

    /**
     * Returns a copy with another floor.
     *
     * @param floor tokens that a second earns at least, 0 or more
     * @return a copy
     */
    public RetryBudget withFloor(double floor) {
        return new RetryBudget(share, floor, memory);
    }

    /**
     * Returns a copy with another memory.
     *
     * @param memory time for which tokens earned by time are saved up, a second or longer
     * @return a copy
     */
    public RetryBudget withMemory(Duration memory) {
        return new RetryBudget(share, floor, memory);
    }
}
