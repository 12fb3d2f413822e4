package dev.understudy.policy;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Limits of one call, all its attempts and waits together. {@code null} is no limit.
 *
 * @param maxAttempts attempts of one call, 1 or more; no limit by default
 * @param callTimeout from the subscription to the end of the answer; no limit by default
 * @param maxCost in the currency of {@link dev.understudy.chat.Capabilities.Price}, above zero; no limit by default. A route whose
 *     expected cost exceeds what is left is skipped; a route without a known price is asked
 */
public record CallLimits(
        @Nullable Integer maxAttempts,
        @Nullable Duration callTimeout,
        @Nullable Double maxCost) {

    private static final CallLimits NONE = new CallLimits(null, null, null);

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

    /** No limits: the default. */
    public static CallLimits none() {
        return NONE;
    }

    public CallLimits withMaxAttempts(@Nullable Integer attempts) {
        return new CallLimits(attempts, callTimeout, maxCost);
    }

    public CallLimits withCallTimeout(@Nullable Duration timeout) {
        return new CallLimits(maxAttempts, timeout, maxCost);
    }

    public CallLimits withMaxCost(@Nullable Double cost) {
        return new CallLimits(maxAttempts, callTimeout, cost);
    }
}
