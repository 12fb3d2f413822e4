package dev.understudy.policy;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Timeouts of one attempt. Comments, pings and lifecycle events of a stream do not count as content. Timers run only
 * while the subscriber has demand, so that a slow consumer does not count as a slow provider. The connect timeout
 * belongs to the connections of a provider: {@code Transport.connect}, 5 s by default.
 *
 * <p>Between two pieces of content the limit depends on the last piece: {@code idleInToolCall} after a part of a tool
 * call that is not complete, {@code idleInReasoning} after reasoning, {@code idle} after all else. {@code idle} holds in
 * their place where it is longer.
 *
 * @param firstContent time from the request to the first content of a stream, above zero; 10 s by default
 * @param idle time between two pieces of content, above zero; 20 s by default
 * @param idleInToolCall time without content while a tool call is incomplete, above zero; 3 min by default, because
 *     vendors withhold long arguments until they are complete
 * @param idleInReasoning time without content after reasoning, above zero; 90 s by default
 * @param response time from the request to a unary response, above zero; 60 s by default
 * @param total time limit of one attempt while the subscriber has demand, and time without demand after which a call
 *     ends (not counted against the provider), above zero; 5 min by default
 * @param deadlineShare share of the time left to the call's deadline that an attempt may take to its first content while
 *     other routes could still be asked, above 0 and at most 1; 0.5 by default. The last route may use all of it
 * @param headers time from the request to the first sign of a streaming server, the headers of its response; {@code
 *     null} (default) for {@code firstContent} alone. A provider of your own gives its sign with its first content
 */
public record TimeoutPolicy(
        Duration firstContent,
        Duration idle,
        Duration idleInToolCall,
        Duration idleInReasoning,
        Duration response,
        Duration total,
        double deadlineShare,
        @Nullable Duration headers) {

    private static final TimeoutPolicy DEFAULTS = new TimeoutPolicy(
            Duration.ofSeconds(10),
            Duration.ofSeconds(20),
            Duration.ofMinutes(3),
            Duration.ofSeconds(90),
            Duration.ofSeconds(60),
            Duration.ofMinutes(5),
            0.5,
            null);
    private static final TimeoutPolicy REASONING = DEFAULTS.withFirstContent(Duration.ofSeconds(90))
            .withIdle(Duration.ofSeconds(90))
            .withResponse(Duration.ofMinutes(5));
    private static final TimeoutPolicy LOADING = DEFAULTS.withFirstContent(Duration.ofMinutes(2))
            .withIdle(Duration.ofSeconds(60))
            .withResponse(Duration.ofMinutes(5))
            .withTotal(Duration.ofMinutes(10));

    /**
     * Checks the values.
     *
     * @param firstContent time from the request to the first content of a stream
     * @param idle time between two pieces of content
     * @param idleInToolCall time without content while a tool call is incomplete
     * @param idleInReasoning time without content after reasoning
     * @param response time from the request to a unary response
     * @param total time limit of one attempt while the subscriber has demand
     * @param deadlineShare share of the time left to the deadline that an attempt may take
     * @param headers time from the request to the headers of a streamed response
     * @throws IllegalArgumentException if a timeout is zero or less, or the share is out of its range
     */
    public TimeoutPolicy {
        positive("firstContent", firstContent);
        positive("idle", idle);
        positive("idleInToolCall", idleInToolCall);
        positive("idleInReasoning", idleInReasoning);
        positive("response", response);
        positive("total", total);
        if (!(deadlineShare > 0 && deadlineShare <= 1)) {
            throw new IllegalArgumentException("deadlineShare is above 0 and at most 1: " + deadlineShare);
        }
        if (headers != null) {
            positive("headers", headers);
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
     * Returns the default timeouts of reasoning models: first content 90 s, idle 90 s, response 5 min, otherwise as
     * {@link #defaults()}.
     *
     * @return the policy
     */
    public static TimeoutPolicy reasoning() {
        return REASONING;
    }

    /**
     * Returns the default timeouts of servers that load a model when it is requested: first content 2 min, idle 60 s,
     * response 5 min, total 10 min, otherwise as {@link #defaults()}. Many of these servers end the loading when the
     * request is cancelled, so that a shorter limit would end every attempt to load it.
     *
     * @return the policy
     */
    public static TimeoutPolicy loading() {
        return LOADING;
    }

    /**
     * Returns a copy with another timeout of the first content.
     *
     * @param firstContent longer than zero
     * @return a copy
     */
    public TimeoutPolicy withFirstContent(Duration firstContent) {
        return new TimeoutPolicy(
                firstContent, idle, idleInToolCall, idleInReasoning, response, total, deadlineShare, headers);
    }

    /**
     * Returns a copy with another idle timeout.
     *
     * @param idle longer than zero
     * @return a copy
     */
    public TimeoutPolicy withIdle(Duration idle) {
        return new TimeoutPolicy(
                firstContent, idle, idleInToolCall, idleInReasoning, response, total, deadlineShare, headers);
    }

    /**
     * Returns a copy with another idle timeout of incomplete tool calls.
     *
     * @param idleInToolCall longer than zero; without effect where it is shorter than {@code idle}
     * @return a copy
     */
    public TimeoutPolicy withIdleInToolCall(Duration idleInToolCall) {
        return new TimeoutPolicy(
                firstContent, idle, idleInToolCall, idleInReasoning, response, total, deadlineShare, headers);
    }

    /**
     * Returns a copy with another idle timeout after reasoning.
     *
     * @param idleInReasoning longer than zero; without effect where it is shorter than {@code idle}
     * @return a copy
     */
    public TimeoutPolicy withIdleInReasoning(Duration idleInReasoning) {
        return new TimeoutPolicy(
                firstContent, idle, idleInToolCall, idleInReasoning, response, total, deadlineShare, headers);
    }

    /**
     * Returns a copy with another timeout of a unary response.
     *
     * @param response longer than zero
     * @return a copy
     */
    public TimeoutPolicy withResponse(Duration response) {
        return new TimeoutPolicy(
                firstContent, idle, idleInToolCall, idleInReasoning, response, total, deadlineShare, headers);
    }

    /**
     * Returns a copy with another limit of one attempt.
     *
     * @param total longer than zero
     * @return a copy
     */
    public TimeoutPolicy withTotal(Duration total) {
        return new TimeoutPolicy(
                firstContent, idle, idleInToolCall, idleInReasoning, response, total, deadlineShare, headers);
    }

    /**
     * Returns a copy with another timeout of the headers of a streamed response.
     *
     * @param headers longer than zero; {@code null} for no limit other than {@code firstContent}
     * @return a copy
     */
    public TimeoutPolicy withHeaders(@Nullable Duration headers) {
        return new TimeoutPolicy(
                firstContent, idle, idleInToolCall, idleInReasoning, response, total, deadlineShare, headers);
    }

    /**
     * Returns a copy with another share of the time left to the deadline.
     *
     * @param share above 0 and at most 1; 1 lets the first attempt use all of the time
     * @return a copy
     */
    public TimeoutPolicy withDeadlineShare(double share) {
        return new TimeoutPolicy(firstContent, idle, idleInToolCall, idleInReasoning, response, total, share, headers);
    }

    private static void positive(String name, Duration duration) {
        if (duration.isZero() || duration.isNegative()) {
            throw new IllegalArgumentException(name + " is longer than zero: " + duration);
        }
    }
}
