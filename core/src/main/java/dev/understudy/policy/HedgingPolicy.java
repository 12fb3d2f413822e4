package dev.understudy.policy;

import java.time.Duration;

/**
 * Whether a second provider is asked when the first is slower than usual. The first content wins and the other request is
 * cancelled on the wire. Every hedge may be billed: what it used stands in the trail as WASTED.
 *
 * @param enabled off by default
 * @param percentile a call is hedged when it is slower than this share of the provider's last hundred; 0.95
 * @param atLeast it is never hedged earlier than this; 500 ms
 * @param maxExtra hedges as a share of all calls; 0.05
 */
public record HedgingPolicy(boolean enabled, double percentile, Duration atLeast, double maxExtra) {

    private static final HedgingPolicy ON = new HedgingPolicy(true, 0.95, Duration.ofMillis(500), 0.05);
    private static final HedgingPolicy OFF = new HedgingPolicy(false, ON.percentile, ON.atLeast, ON.maxExtra);

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

    public static HedgingPolicy off() {
        return OFF;
    }

    public static HedgingPolicy on() {
        return ON;
    }

    public HedgingPolicy withPercentile(double percentile) {
        return new HedgingPolicy(enabled, percentile, atLeast, maxExtra);
    }

    public HedgingPolicy withAtLeast(Duration atLeast) {
        return new HedgingPolicy(enabled, percentile, atLeast, maxExtra);
    }

    public HedgingPolicy withMaxExtra(double maxExtra) {
        return new HedgingPolicy(enabled, percentile, atLeast, maxExtra);
    }
}
