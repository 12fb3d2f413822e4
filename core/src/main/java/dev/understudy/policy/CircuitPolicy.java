package dev.understudy.policy;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Circuit breaker of each provider and model. An open circuit skips the route. Three rules can open a circuit. Each
 * rule is evaluated when an attempt fails, counts only failures that are attributed to the provider (docs/decisions.md
 * lists them), and starts from zero when the circuit closes. After the pause one call is let through as a trial: its
 * first content closes the circuit, its failure opens the circuit again for longer.
 *
 * @param enabled {@code false} lets every call through and counts nothing; {@code true} by default
 * @param consecutive failures without a success between them that open the circuit, 0 to disable this rule; 5 by
 *     default. Content of other streams may end a row of failures
 * @param rate share of failed calls that opens the circuit, {@code null} to disable this rule; by default half of at
 *     least 10 calls in 60 s
 * @param count number of failures in a time window that opens the circuit, {@code null} to disable this rule; disabled
 *     by default
 * @param pause time that the circuit stays open; by default 5 s, then 10 s, then 15 s, each ±20 %
 * @param trialLease time that a trial may stay undecided before the next call becomes the trial, above zero; 30 s by
 *     default
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

    /**
     * Checks the values.
     *
     * @param enabled {@code false} lets every call through and counts nothing
     * @param consecutive failures without a success between them that open the circuit
     * @param rate share of failed calls that opens the circuit
     * @param count number of failures in a time window that opens the circuit
     * @param pause time that the circuit stays open
     * @param trialLease time that a trial may stay undecided before the next call becomes the trial
     * @throws IllegalArgumentException if a value is out of its range
     */
    public CircuitPolicy {
        if (consecutive < 0) {
            throw new IllegalArgumentException("consecutive is 0 or more: " + consecutive);
        }
        positive("trialLease", trialLease);
    }

    /**
     * Returns the default policy.
     *
     * @return the policy
     */
    public static CircuitPolicy defaults() {
        return DEFAULTS;
    }

    /**
     * Returns a policy with only the rule that counts failures in a time window:
     * {@code failures(5, Duration.ofMinutes(10))}.
     *
     * @param failures failures that open the circuit, from 1 to 1000
     * @param window age up to which a failure counts
     * @return the policy
     */
    public static CircuitPolicy failures(int failures, Duration window) {
        return DEFAULTS.withConsecutive(0).withoutRate().withCount(failures, window);
    }

    /**
     * Returns no circuit breaker: every call is let through.
     *
     * @return the policy
     */
    public static CircuitPolicy none() {
        return new CircuitPolicy(
                false, DEFAULTS.consecutive, DEFAULTS.rate, DEFAULTS.count, DEFAULTS.pause, DEFAULTS.trialLease);
    }

    /**
     * Returns a copy with another number of consecutive failures.
     *
     * @param consecutive failures that open the circuit; 0 disables this rule
     * @return a copy
     */
    public CircuitPolicy withConsecutive(int consecutive) {
        return new CircuitPolicy(enabled, consecutive, rate, count, pause, trialLease);
    }

    /**
     * Returns a copy with another failure rate.
     *
     * @param share share of failed calls that opens the circuit, above 0 and at most 1
     * @param minimum calls that the window must hold before the rule applies, 1 or more
     * @param window age up to which a call counts
     * @return a copy
     */
    public CircuitPolicy withRate(double share, int minimum, Duration window) {
        return new CircuitPolicy(enabled, consecutive, new Rate(share, minimum, window), count, pause, trialLease);
    }

    /**
     * Returns a copy without the rule of the failure rate.
     *
     * @return a copy
     */
    public CircuitPolicy withoutRate() {
        return new CircuitPolicy(enabled, consecutive, null, count, pause, trialLease);
    }

    /**
     * Returns a copy with another number of failures in a time window.
     *
     * @param failures failures that open the circuit, from 1 to 1000
     * @param window age up to which a failure counts
     * @return a copy
     */
    public CircuitPolicy withCount(int failures, Duration window) {
        return new CircuitPolicy(enabled, consecutive, rate, new Count(failures, window), pause, trialLease);
    }

    /**
     * Returns a copy without the rule that counts failures in a time window.
     *
     * @return a copy
     */
    public CircuitPolicy withoutCount() {
        return new CircuitPolicy(enabled, consecutive, rate, null, pause, trialLease);
    }

    /**
     * Returns a copy with other pauses.
     *
     * @param first first pause, above zero
     * @param longest longest pause before jitter, at least {@code first}
     * @return a copy
     */
    public CircuitPolicy withPause(Duration first, Duration longest) {
        return new CircuitPolicy(
                enabled, consecutive, rate, count, new Pause(first, longest, pause.jitter), trialLease);
    }

    /**
     * Returns a copy with another jitter of the pause.
     *
     * @param jitter share of the pause, from 0 to below 1: 0.2 is ±20 %, 0 is none
     * @return a copy
     */
    public CircuitPolicy withJitter(double jitter) {
        return new CircuitPolicy(
                enabled, consecutive, rate, count, new Pause(pause.first, pause.longest, jitter), trialLease);
    }

    /**
     * Returns a copy with another limit for an undecided trial.
     *
     * @param trialLease longer than zero
     * @return a copy
     */
    public CircuitPolicy withTrialLease(Duration trialLease) {
        return new CircuitPolicy(enabled, consecutive, rate, count, pause, trialLease);
    }

    /**
     * Rule that opens the circuit when too great a share of the calls failed. The window moves in steps of a 32nd of
     * its length.
     *
     * @param share share of failed calls that opens the circuit, above 0 and at most 1; 0.5 by default
     * @param minimum calls that the window must hold before the rule applies, 1 or more; 10 by default
     * @param window age up to which a call counts; 60 s by default
     */
    public record Rate(double share, int minimum, Duration window) {

        private static final Rate DEFAULTS = new Rate(0.5, 10, Duration.ofSeconds(60));

        /**
         * Checks the values.
         *
         * @param share share of failed calls that opens the circuit
         * @param minimum calls that the window must hold before the rule applies
         * @param window age up to which a call counts
         * @throws IllegalArgumentException if a value is out of its range
         */
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
     * Rule that opens the circuit after a number of failures in a time window, counted exactly. Successes between them
     * do not matter.
     *
     * @param failures failures that open the circuit, from 1 to 1000
     * @param window age up to which a failure counts
     */
    public record Count(int failures, Duration window) {
        /**
         * Checks the values.
         *
         * @param failures failures that open the circuit
         * @param window age up to which a failure counts
         * @throws IllegalArgumentException if a value is out of its range
         */
        public Count {
            if (failures < 1 || failures > 1000) {
                throw new IllegalArgumentException("failures is from 1 to 1000: " + failures);
            }
            positive("window", window);
        }
    }

    /**
     * Time that the circuit stays open before a trial: {@code first}, doubled after each failed trial up to
     * {@code longest}, and {@code first} again after a recovery. After a failed trial the pause counts from the start
     * of that trial, but lasts {@code first} at least from its failure.
     *
     * @param first first pause, above zero; 5 s by default
     * @param longest longest pause before jitter, at least {@code first}; 15 s by default
     * @param jitter share by which a pause is randomly lengthened or shortened, from 0 to below 1; 0.2 by default
     */
    public record Pause(Duration first, Duration longest, double jitter) {

        private static final Pause DEFAULTS = new Pause(Duration.ofSeconds(5), Duration.ofSeconds(15), 0.2);

        /**
         * Checks the values.
         *
         * @param first first pause
         * @param longest longest pause before jitter
         * @param jitter share by which a pause is randomly lengthened or shortened
         * @throws IllegalArgumentException if a value is out of its range
         */
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

    private static void positive(String name, Duration duration) {
        if (duration.isZero() || duration.isNegative()) {
            throw new IllegalArgumentException(name + " is longer than zero: " + duration);
        }
    }
}
