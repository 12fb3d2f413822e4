package dev.understudy.policy;

import java.time.Duration;

/**
 * How often and after what time the same route is asked again.
 *
 * @param retries how often one provider is asked again for one model; 2
 * @param base the first back-off, doubled with each retry; twice as much when the vendor is overloaded; 500 ms
 * @param cap the longest back-off; 8 s
 * @param jitter how chance spreads it; {@link Jitter#FULL}
 * @param maxInPlaceWait a wait that a vendor asks for (Retry-After) is waited in place up to this; a longer one sends the call to
 *     the next route; 3 s
 * @param maxWait the longest wait of all, when no other route is left; 30 s
 */
public record RetryPolicy(
        int retries, Duration base, Duration cap, Jitter jitter, Duration maxInPlaceWait, Duration maxWait) {

    private static final RetryPolicy DEFAULTS = new RetryPolicy(
            2,
            Duration.ofMillis(500),
            Duration.ofSeconds(8),
            Jitter.FULL,
            Duration.ofSeconds(3),
            Duration.ofSeconds(30));

    public RetryPolicy {
        if (retries < 0) {
            throw new IllegalArgumentException("retries is 0 or more: " + retries);
        }
        if (base.isZero() || base.isNegative()) {
            throw new IllegalArgumentException("base is longer than zero: " + base);
        }
        if (cap.compareTo(base) < 0) {
            throw new IllegalArgumentException("cap is at least base (" + base + "): " + cap);
        }
        if (maxInPlaceWait.isNegative() || maxWait.isNegative()) {
            throw new IllegalArgumentException(
                    "patience and maxWait are not negative: " + maxInPlaceWait + ", " + maxWait);
        }
    }

    public static RetryPolicy defaults() {
        return DEFAULTS;
    }

    /** Each route is asked once. */
    public static RetryPolicy none() {
        return DEFAULTS.withRetries(0);
    }

    public RetryPolicy withRetries(int retries) {
        return new RetryPolicy(retries, base, cap, jitter, maxInPlaceWait, maxWait);
    }

    public RetryPolicy withBackoff(Duration base, Duration cap) {
        return new RetryPolicy(retries, base, cap, jitter, maxInPlaceWait, maxWait);
    }

    public RetryPolicy withJitter(Jitter jitter) {
        return new RetryPolicy(retries, base, cap, jitter, maxInPlaceWait, maxWait);
    }

    public RetryPolicy withMaxInPlaceWait(Duration patience) {
        return new RetryPolicy(retries, base, cap, jitter, patience, maxWait);
    }

    public RetryPolicy withMaxWait(Duration maxWait) {
        return new RetryPolicy(retries, base, cap, jitter, maxInPlaceWait, maxWait);
    }

    /** How chance spreads the waiting of many callers, so that they do not come back all at once. */
    public enum Jitter {
        /** Anything from nothing to the full back-off. */
        FULL,
        /** Half of the back-off, and anything up to the other half. */
        EQUAL,
        /** Anything from the base to three times the last wait. */
        DECORRELATED,
        /** No chance at all: for tests, and for callers that spread themselves. */
        NONE
    }
}
