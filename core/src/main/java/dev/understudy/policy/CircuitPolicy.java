package dev.understudy.policy;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When a provider is left alone for a while, and how it comes back. There is one circuit for each provider and model. Any
 * of three rules opens it; each is judged when a call fails, counts only failures that speak against the provider
 * (docs/decisions.md says which), and starts afresh when the circuit closes. After the open time one call is let through
 * as a trial: its first content closes the circuit, its failure opens it again for longer.
 *
 * @param enabled {@code false} lets every call through and counts nothing; true
 * @param consecutive opens after so many failures without a success between them, 0 for never; 5
 * @param rate opens when too great a share of the calls failed, {@code null} for never; half of at least 10 calls in 60 s
 * @param count opens after so many failures in a time, whatever succeeded between them, {@code null} for never; never
 * @param pause how long it stays open; 5 s, then 10 s, then 15 s, each ±20 %
 * @param trialLease how long a trial may stay undecided before the next caller gets one; 30 s
 */
public record CircuitPolicy(
        boolean enabled,
        int consecutive,
        @Nullable Rate rate,
        @Nullable Count count,
        Pause pause,
        Duration trialLease) {

    private static final CircuitPolicy DEFAULTS =
            new CircuitPolicy(true, 5, Rate.DEFAULTS, null, Pause.DEFAULTS, Duration.ofSeconds(30));

    public CircuitPolicy {
        if (consecutive < 0) {
            throw new IllegalArgumentException("consecutive is 0 or more: " + consecutive);
        }
        positive("trialLease", trialLease);
    }

    public static CircuitPolicy defaults() {
        return DEFAULTS;
    }

    /**
     * Only the rule "so many failures in this time": {@code failures(5, Duration.ofMinutes(10))}.
     *
     * @param failures from 1 to 1000
     */
    public static CircuitPolicy failures(int failures, Duration window) {
        return DEFAULTS.withConsecutive(0).withoutRate().withCount(failures, window);
    }

    /** No circuit: every call is let through. */
    public static CircuitPolicy disabled() {
        return new CircuitPolicy(
                false, DEFAULTS.consecutive, DEFAULTS.rate, DEFAULTS.count, DEFAULTS.pause, DEFAULTS.trialLease);
    }

    /** 0 switches this rule off. */
    public CircuitPolicy withConsecutive(int consecutive) {
        return new CircuitPolicy(enabled, consecutive, rate, count, pause, trialLease);
    }

    public CircuitPolicy withRate(double share, int minimum, Duration window) {
        return new CircuitPolicy(enabled, consecutive, new Rate(share, minimum, window), count, pause, trialLease);
    }

    public CircuitPolicy withoutRate() {
        return new CircuitPolicy(enabled, consecutive, null, count, pause, trialLease);
    }

    public CircuitPolicy withCount(int failures, Duration window) {
        return new CircuitPolicy(enabled, consecutive, rate, new Count(failures, window), pause, trialLease);
    }

    public CircuitPolicy withoutCount() {
        return new CircuitPolicy(enabled, consecutive, rate, null, pause, trialLease);
    }

    public CircuitPolicy withPause(Duration first, Duration longest) {
        return new CircuitPolicy(
                enabled, consecutive, rate, count, new Pause(first, longest, pause.jitter), trialLease);
    }

    /** A share of the pause: 0.2 for ±20 %, 0 for none. */
    public CircuitPolicy withJitter(double jitter) {
        return new CircuitPolicy(
                enabled, consecutive, rate, count, new Pause(pause.first, pause.longest, jitter), trialLease);
    }

    public CircuitPolicy withTrialLease(Duration trialLease) {
        return new CircuitPolicy(enabled, consecutive, rate, count, pause, trialLease);
    }

    /**
     * Too great a share of the calls failed. The window moves in steps of a 32nd of its length.
     *
     * @param share of the calls that may fail before the circuit opens, over 0 and up to 1; 0.5
     * @param minimum below so many calls in the window nothing is concluded; 10
     * @param window how far back calls are counted; 60 s
     */
    public record Rate(double share, int minimum, Duration window) {

        private static final Rate DEFAULTS = new Rate(0.5, 10, Duration.ofSeconds(60));

        public Rate {
            if (!(share > 0 && share <= 1)) {
                throw new IllegalArgumentException("share is over 0 and up to 1: " + share);
            }
            if (minimum < 1) {
                throw new IllegalArgumentException("minimum is 1 or more: " + minimum);
            }
            positive("window", window);
        }
    }

    /**
     * So many failures in this time, counted exactly, whatever succeeded between them.
     *
     * @param failures from 1 to 1000
     * @param window a failure counts while it is younger than this
     */
    public record Count(int failures, Duration window) {
        public Count {
            if (failures < 1 || failures > 1000) {
                throw new IllegalArgumentException("failures is from 1 to 1000: " + failures);
            }
            positive("window", window);
        }
    }

    /**
     * How long the circuit stays open before a trial: {@code first}, doubled after each failed trial up to {@code longest},
     * and {@code first} again after a recovery. After a failed trial it counts from the beginning of that trial, but the
     * circuit stays open for {@code first} at least.
     *
     * @param first 5 s
     * @param longest before the jitter; 15 s
     * @param jitter the share by which chance makes it longer or shorter, from 0 to below 1; 0.2
     */
    public record Pause(Duration first, Duration longest, double jitter) {

        private static final Pause DEFAULTS = new Pause(Duration.ofSeconds(5), Duration.ofSeconds(15), 0.2);

        public Pause {
            positive("first", first);
            if (longest.compareTo(first) < 0) {
                throw new IllegalArgumentException("longest is at least first (" + first + "): " + longest);
            }
            if (!(jitter >= 0 && jitter < 1)) {
                throw new IllegalArgumentException("jitter is from 0 to below 1: " + jitter);
            }
        }
    }

    private static void positive(String what, Duration duration) {
        if (duration.isZero() || duration.isNegative()) {
            throw new IllegalArgumentException(what + " is longer than zero: " + duration);
        }
    }
}
