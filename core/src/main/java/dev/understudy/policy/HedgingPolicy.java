package dev.understudy.policy;

import java.time.Duration;

/**
 * Hedging: a second request to another provider when the first one is slower than usual. The first content wins, and
 * the other request is cancelled on the wire. Vendors may bill both requests; the usage of the cancelled one has
 * outcome WASTED in the attempt log.
 *
 * @param enabled {@code true} if requests are hedged; {@code false} in a client by default
 * @param percentile percentile of the provider's last hundred latencies after which a request is hedged, between 0 and
 *     1; 0.95 by default
 * @param atLeast earliest time after which a request is hedged, 0 or more; 500 ms by default
 * @param maxExtra hedges as a share of all calls, above 0 and at most 1; 0.05 by default
 */
public record HedgingPolicy(boolean enabled, double percentile, Duration atLeast, double maxExtra) {

    private static final HedgingPolicy DEFAULTS = new HedgingPolicy(true, 0.95, Duration.ofMillis(500), 0.05);
    private static final HedgingPolicy NONE =
            new HedgingPolicy(false, DEFAULTS.percentile, DEFAULTS.atLeast, DEFAULTS.maxExtra);

    /**
     * Checks the values.
     *
     * @param enabled {@code true} if requests are hedged
     * @param percentile percentile of the provider's last hundred latencies after which a request is hedged
     * @param atLeast earliest time after which a request is hedged
     * @param maxExtra hedges as a share of all calls
     * @throws IllegalArgumentException if a value is out of its range
     */
    public HedgingPolicy {
        if (!(percentile > 0 && percentile < 1)) {
            throw new IllegalArgumentException("percentile is between 0 and 1: " + percentile);
        }
        if (atLeast.isNegative()) {
            throw new IllegalArgumentException("atLeast is not negative: " + atLeast);
        }
        if (!(maxExtra > 0 && maxExtra <= 1)) {
            throw new IllegalArgumentException("maxExtra is above 0 and at most 1: " + maxExtra);
        }
    }

    /**
     * Returns the policy without hedging, which a client has unless another one is set.
     *
     * @return the policy
     */
    public static HedgingPolicy none() {
        return NONE;
    }

    /**
     * Returns the policy with hedging enabled and default values.
     *
     * @return the policy
     */
    public static HedgingPolicy defaults() {
        return DEFAULTS;
    }

    /**
     * Returns a copy with another percentile.
     *
     * @param percentile above 0 and below 1
     * @return a copy
     */
    public HedgingPolicy withPercentile(double percentile) {
        return new HedgingPolicy(enabled, percentile, atLeast, maxExtra);
    }

    /**
     * Returns a copy with another earliest time.
     *
     * @param atLeast zero or longer
     * @return a copy
     */
    public HedgingPolicy withAtLeast(Duration atLeast) {
        return new HedgingPolicy(enabled, percentile, atLeast, maxExtra);
    }

    /**
     * Returns a copy with another limit of hedges.
     *
     * @param maxExtra share of all calls, above 0 and at most 1
     * @return a copy
     */
    public HedgingPolicy withMaxExtra(double maxExtra) {
        return new HedgingPolicy(enabled, percentile, atLeast, maxExtra);
    }
}
