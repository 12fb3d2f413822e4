package dev.understudy.policy;

import java.time.Duration;

/**
 * Timeouts of one attempt. Comments, pings and lifecycle events of a stream do not count as content. Timers run only
 * while the subscriber has demand, so that a slow consumer does not count as a slow provider. The connect timeout
 * belongs to the connections of a provider: {@code Transport.connect}, 5 s by default.
 *
 * @param firstContent time from the request to the first content of a stream, above zero; 10 s by default
 * @param idle time between two pieces of content, above zero; 20 s by default
 * @param response time from the request to a unary response, above zero; 60 s by default
 * @param total time limit of one attempt while the subscriber has demand, and time without demand after which a call
 *     ends (not counted against the provider), above zero; 5 min by default
 * @param deadlineShare share of the time left to the call's deadline that an attempt may take to its first content while
 *     other routes could still be asked, above 0 and at most 1; 0.5 by default. The last route may use all of it
 */
public record TimeoutPolicy(
        Duration firstContent, Duration idle, Duration response, Duration total, double deadlineShare) {

    private static final TimeoutPolicy DEFAULTS = new TimeoutPolicy(
            Duration.ofSeconds(10), Duration.ofSeconds(20), Duration.ofSeconds(60), Duration.ofMinutes(5), 0.5);
    private static final TimeoutPolicy REASONING = new TimeoutPolicy(
            Duration.ofSeconds(90), Duration.ofSeconds(90), Duration.ofMinutes(5), Duration.ofMinutes(5), 0.5);

    /**
     * Checks the values.
     *
     * @param firstContent time from the request to the first content of a stream
     * @param idle time between two pieces of content
     * @param response time from the request to a unary response
     * @param total time limit of one attempt while the subscriber has demand
     * @param deadlineShare share of the time left to the deadline that an attempt may take
     * @throws IllegalArgumentException if a timeout is zero or less, or the share is out of its range
     */
    public TimeoutPolicy {
        positive("firstContent", firstContent);
        positive("idle", idle);
        positive("response", response);
        positive("total", total);
        if (!(deadlineShare > 0 && deadlineShare <= 1)) {
            throw new IllegalArgumentException("deadlineShare is above 0 and at most 1: " + deadlineShare);
        }
    }

    /**
     * Returns the default timeouts.
     *
     * @return the policy
     */
    public static TimeoutPolicy defaults() {
        return DEFAULTS;
    }

    /**
     * Returns the default timeouts of reasoning models: first content 90 s, idle 90 s, response 5 min, total 5 min.
     *
     * @return the policy
     */
    public static TimeoutPolicy reasoning() {
        return REASONING;
    }

    /**
     * Returns a copy with another timeout of the first content.
     *
     * @param firstContent longer than zero
     * @return a copy
     */
    public TimeoutPolicy withFirstContent(Duration firstContent) {
        return new TimeoutPolicy(firstContent, idle, response, total, deadlineShare);
    }

    /**
     * Returns a copy with another idle timeout.
     *
     * @param idle longer than zero
     * @return a copy
     */
    public TimeoutPolicy withIdle(Duration idle) {
        return new TimeoutPolicy(firstContent, idle, response, total, deadlineShare);
    }

    /**
     * Returns a copy with another timeout of a unary response.
     *
     * @param response longer than zero
     * @return a copy
     */
    public TimeoutPolicy withResponse(Duration response) {
        return new TimeoutPolicy(firstContent, idle, response, total, deadlineShare);
    }

    /**
     * Returns a copy with another limit of one attempt.
     *
     * @param total longer than zero
     * @return a copy
     */
    public TimeoutPolicy withTotal(Duration total) {
        return new TimeoutPolicy(firstContent, idle, response, total, deadlineShare);
    }

    /**
     * Returns a copy with another share of the time left to the deadline.
     *
     * @param share above 0 and at most 1; 1 lets the first attempt use all of the time
     * @return a copy
     */
    public TimeoutPolicy withDeadlineShare(double share) {
        return new TimeoutPolicy(firstContent, idle, response, total, share);
    }

    private static void positive(String name, Duration duration) {
        if (duration.isZero() || duration.isNegative()) {
            throw new IllegalArgumentException(name + " is longer than zero: " + duration);
        }
    }
}
