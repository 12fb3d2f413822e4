package dev.understudy.policy;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Limits of one call, over all its attempts and waits. {@code null} is no limit.
 *
 * @param maxAttempts attempts of one call, 1 or more; no limit by default
 * @param callTimeout time from the subscription to the end of the answer, above zero; no limit by default
 * @param maxCost expected cost of one call in the currency of {@link dev.understudy.chat.Capabilities.Price}, above
 *     zero; no limit by default. A route whose expected cost exceeds the rest is skipped; a route without a known price
 *     is asked
 */
public record CallLimits(
        @Nullable Integer maxAttempts,
        @Nullable Duration callTimeout,
        @Nullable Double maxCost) {

    private static final CallLimits NONE = new CallLimits(null, null, null);

    /**
     * Checks the limits.
     *
     * @param maxAttempts attempts of one call
     * @param callTimeout time from the subscription to the end of the answer
     * @param maxCost expected cost of one call in the currency of {@link dev.understudy.chat.Capabilities.Price}
     * @throws IllegalArgumentException if a limit is zero or less
     */
    public CallLimits {
        if (maxAttempts != null && maxAttempts < 1) {
            throw new IllegalArgumentException("maxAttempts is 1 or more, or null for no limit: " + maxAttempts);
        }
        if (callTimeout != null && (callTimeout.isZero() || callTimeout.isNegative())) {
            throw new IllegalArgumentException("callTimeout is longer than zero: " + callTimeout);
        }
        if (maxCost != null && !(maxCost > 0)) {
            throw new IllegalArgumentException("maxCost is more than 0, or null for no limit: " + maxCost);
        }
    }

    /**
     * Returns the default: no limits.
     *
     * @return the limits
     */
    public static CallLimits none() {
        return NONE;
    }

    /**
     * Returns a copy with another limit of attempts.
     *
     * @param attempts 1 or more; {@code null} for no limit
     * @return a copy
     */
    public CallLimits withMaxAttempts(@Nullable Integer attempts) {
        return new CallLimits(attempts, callTimeout, maxCost);
    }

    /**
     * Returns a copy with another limit of time.
     *
     * @param timeout longer than zero; {@code null} for no limit
     * @return a copy
     */
    public CallLimits withCallTimeout(@Nullable Duration timeout) {
        return new CallLimits(maxAttempts, timeout, maxCost);
    }

    /**
     * Returns a copy with another limit of cost.
     *
     * @param cost above zero; {@code null} for no limit
     * @return a copy
     */
    public CallLimits withMaxCost(@Nullable Double cost) {
        return new CallLimits(maxAttempts, callTimeout, cost);
    }
}
