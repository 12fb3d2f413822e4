package dev.understudy;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What one call may use up, and how many retries all calls together may add to a provider's load. Retry tokens keep a
 * partial outage from becoming a storm: each first try earns a share of one, or time does where that is more; each retry
 * at the same provider costs one; going to another provider costs none.
 *
 * @param maxAttempts attempts of one call, 0 for no limit; 0
 * @param callTimeout of one call, all attempts and waits together, {@code null} for none; none
 * @param maxCost of one call in the currency of {@link dev.understudy.chat.Price}, 0 for no limit; 0. A route whose
 *     expected cost would exceed what is left is skipped; routes without a known price are asked
 * @param retryShare tokens that a first try earns, infinite for no limit on retries; 0.2
 * @param retryFloor tokens that a second earns at least; 1
 * @param retryMemory for how long time's tokens are saved up at most; 10 s
 */
public record Budget(
        int maxAttempts,
        @Nullable Duration callTimeout,
        double maxCost,
        double retryShare,
        double retryFloor,
        Duration retryMemory) {

    private static final Budget DEFAULTS = new Budget(0, null, 0, 0.2, 1, Duration.ofSeconds(10));

    public Budget {
        if (maxAttempts < 0) {
            throw new IllegalArgumentException("maxAttempts is 1 or more, or 0 for no limit: " + maxAttempts);
        }
        if (callTimeout != null && (callTimeout.isZero() || callTimeout.isNegative())) {
            throw new IllegalArgumentException("callTimeout is longer than zero: " + callTimeout);
        }
        if (!(maxCost >= 0) || !(retryShare >= 0) || !(retryFloor >= 0)) {
            throw new IllegalArgumentException("maxCost, retryShare and retryFloor are 0 or more: " + maxCost + ", "
                    + retryShare + ", " + retryFloor);
        }
        if (retryMemory.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException("retryMemory is at least a second: " + retryMemory);
        }
    }

    public static Budget defaults() {
        return DEFAULTS;
    }

    public Budget withMaxAttempts(int attempts) {
        return new Budget(attempts, callTimeout, maxCost, retryShare, retryFloor, retryMemory);
    }

    public Budget withCallTimeout(Duration timeout) {
        return new Budget(maxAttempts, timeout, maxCost, retryShare, retryFloor, retryMemory);
    }

    public Budget withMaxCost(double cost) {
        return new Budget(maxAttempts, callTimeout, cost, retryShare, retryFloor, retryMemory);
    }

    public Budget withRetryTokens(double share, double floor, Duration memory) {
        return new Budget(maxAttempts, callTimeout, maxCost, share, floor, memory);
    }

    /** Retries are bounded by the policy of each call only. */
    public Budget withoutRetryTokens() {
        return withRetryTokens(Double.POSITIVE_INFINITY, retryFloor, retryMemory);
    }
}
