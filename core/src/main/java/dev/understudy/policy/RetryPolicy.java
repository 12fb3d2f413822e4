package dev.understudy.policy;

import java.time.Duration;

/**
 * Retries on the same route after a back-off delay.
 *
 * @param retries retries of one provider and model in a call, 0 or more; 2 by default
 * @param base first back-off, above zero, doubled with each retry, and twice as long when the vendor is overloaded; 500
 *     ms by default
 * @param cap longest back-off, at least {@code base}; 8 s by default
 * @param jitter randomization of the back-off; {@link Jitter#FULL} by default
 * @param maxInPlaceWait longest delay requested by a vendor (Retry-After) after which the same route is retried; a
 *     longer one sends the call to the next route; 3 s by default
 * @param maxWait longest delay requested by a vendor that is waited for when no other route is left; with a longer one the
 *     call fails at once, and its failure tells the Retry-After; 5 s by default
 * @param reconnectWait time for which a call asks again, with back-off, while every route refuses connections, so that no
 *     request was sent: a server that restarts. Zero for never; 5 s by default
 */
public record RetryPolicy(
        int retries,
        Duration base,
        Duration cap,
        Jitter jitter,
        Duration maxInPlaceWait,
        Duration maxWait,
        Duration reconnectWait) {

    private static final RetryPolicy DEFAULTS = new RetryPolicy(
            2,
            Duration.ofMillis(500),
            Duration.ofSeconds(8),
            Jitter.FULL,
            Duration.ofSeconds(3),
            Duration.ofSeconds(5),
            Duration.ofSeconds(5));

    /**
     * Checks the values.
     *
     * @param retries retries of one provider and model in a call
     * @param base first back-off
     * @param cap longest back-off
     * @param jitter randomization of the back-off
     * @param maxInPlaceWait longest delay requested by a vendor
     * @param maxWait longest delay when no other route is left
     * @param reconnectWait time for which a call asks again while every route refuses connections
     * @throws IllegalArgumentException if a value is out of its range
     */
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
        notNegative("maxInPlaceWait", maxInPlaceWait);
        notNegative("maxWait", maxWait);
        notNegative("reconnectWait", reconnectWait);
    }

    /**
     * Returns the default policy.
     *
     * @return the policy
     */
    public static RetryPolicy defaults() {
        return DEFAULTS;
    }

    /**
     * Returns a policy without retries: each route is asked once, also when all refuse connections.
     *
     * @return the policy
     */
    public static RetryPolicy none() {
        return DEFAULTS.withRetries(0).withReconnectWait(Duration.ZERO);
    }

    /**
     * Returns a copy with another number of retries.
     *
     * @param retries 0 or more
     * @return a copy
     */
    public RetryPolicy withRetries(int retries) {
        return new RetryPolicy(retries, base, cap, jitter, maxInPlaceWait, maxWait, reconnectWait);
    }

    /**
     * Returns a copy with other back-off delays.
     *
     * @param base first back-off, above zero
     * @param cap longest back-off, at least {@code base}
     * @return a copy
     */
    public RetryPolicy withBackoff(Duration base, Duration cap) {
        return new RetryPolicy(retries, base, cap, jitter, maxInPlaceWait, maxWait, reconnectWait);
    }

    /**
     * Returns a copy with another jitter.
     *
     * @param jitter randomization of the back-off
     * @return a copy
     */
    public RetryPolicy withJitter(Jitter jitter) {
        return new RetryPolicy(retries, base, cap, jitter, maxInPlaceWait, maxWait, reconnectWait);
    }

    /**
     * Returns a copy with another limit of a requested delay on the same route.
     *
     * @param maxInPlaceWait zero or longer
     * @return a copy
     */
    public RetryPolicy withMaxInPlaceWait(Duration maxInPlaceWait) {
        return new RetryPolicy(retries, base, cap, jitter, maxInPlaceWait, maxWait, reconnectWait);
    }

    /**
     * Returns a copy with another limit of a delay when no other route is left.
     *
     * @param maxWait zero or longer
     * @return a copy
     */
    public RetryPolicy withMaxWait(Duration maxWait) {
        return new RetryPolicy(retries, base, cap, jitter, maxInPlaceWait, maxWait, reconnectWait);
    }

    /**
     * Returns a copy with another time for which a call asks again while every route refuses connections.
     *
     * @param reconnectWait zero or longer; zero for never
     * @return a copy
     */
    public RetryPolicy withReconnectWait(Duration reconnectWait) {
        return new RetryPolicy(retries, base, cap, jitter, maxInPlaceWait, maxWait, reconnectWait);
    }

    private static void notNegative(String name, Duration duration) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException(name + " is not negative: " + duration);
        }
    }

    /** Randomization of the back-off, so that many callers do not retry at one time. */
    public enum Jitter {
        /** A delay between zero and the back-off. */
        FULL,
        /** A delay between half of the back-off and the back-off. */
        EQUAL,
        /** A delay between the base and three times the previous delay. */
        DECORRELATED,
        /** The back-off itself, without randomization; for tests. */
        NONE
    }
}
