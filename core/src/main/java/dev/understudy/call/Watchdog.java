package dev.understudy.call;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import dev.understudy.chat.StreamChunk;
import dev.understudy.guard.FinishWait;
import dev.understudy.guard.ResponseStart;
import dev.understudy.guard.TimeSource;
import dev.understudy.policy.TimeoutPolicy;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.publisher.Operators;

/**
 * Enforces the time limits of one attempt: cancels the source and signals a timeout when it is silent for too long while
 * the subscriber waits, or takes too long in total. One timer per subscription checks the limits when it fires and is then
 * set again; a chunk costs one or two readings of the clock. Silence counts only while there is unmet demand and no item is being
 * emitted, so that a slow consumer does not look like a slow provider; the deadline always counts, and a subscriber that
 * requests nothing for as long as the limit in total ends the attempt too. A source that has received its finish reason, and only waits for the end of its body,
 * is completed by an exceeded limit and not failed. Exceptions of the source and violations of Reactive Streams become error signals.
 */
final class Watchdog<T> extends FluxOperator<T, T> {

    /**
     * Time limits of one attempt.
     *
     * @param policy limits of the phases after the first content, of the headers, and of the whole attempt
     * @param first until the first content
     * @param firstPhase phase that is reported when that limit is exceeded
     * @param responseStart tells whether the headers of a stream arrived; null for a single response
     * @param deadline the instant when the call must be over, with or without demand; {@link Long#MAX_VALUE} for none
     */
    record Limits(
            TimeoutPolicy policy,
            Duration first,
            Failure.Phase firstPhase,
            @Nullable ResponseStart responseStart,
            long deadline) {

        /** Limits of a stream. */
        static Limits ofStream(TimeoutPolicy policy, long deadline) {
            return new Limits(
                    policy, policy.firstContent(), Failure.Phase.FIRST_CONTENT, new ResponseStart(), deadline);
        }

        Duration total() {
            return policy.total();
        }

        /** Limit of silence after a piece of content of this kind. */
        Duration idle(ContentKind last) {
            return switch (last) {
                case TOOL_CALL -> longest(policy.idle(), policy.idleInToolCall());
                case REASONING -> longest(policy.idle(), policy.idleInReasoning());
                case OTHER -> policy.idle();
            };
        }

        /** The limit that ends an attempt without any sign of the server; null if there is none, or none any more. */
        @Nullable
        Duration headers() {
            Duration headers = policy.headers();
            if (headers == null || headers.compareTo(first) >= 0) {
                return null;
            }
            return responseStart == null || responseStart.hasArrived() ? null : headers;
        }

        private static Duration longest(Duration one, Duration other) {
            return one.compareTo(other) < 0 ? other : one;
        }
    }

    /** Kind of the last piece of content, on which the limit of silence depends. */
    enum ContentKind {
        /** Part of a tool call that is not complete. */
        TOOL_CALL,
        REASONING,
        /** Text, a complete tool call, or a unary response. */
        OTHER;

        static ContentKind of(Object item) {
            return item instanceof StreamChunk.ToolCallPart
                    ? TOOL_CALL
                    : item instanceof StreamChunk.Reasoning ? REASONING : OTHER;
        }
    }

    private final Limits limits;
    private final TimeSource timeSource;
    private final FinishWait finishWait;

    Watchdog(Flux<T> source, Limits limits, TimeSource timeSource) {
        this(source, limits, timeSource, new FinishWait());
    }

    /** @param finishWait completes a source that has received its finish reason when a limit is exceeded */
    Watchdog(Flux<T> source, Limits limits, TimeSource timeSource, FinishWait finishWait) {
        super(source);
        this.limits = limits;
        this.timeSource = timeSource;
        this.finishWait = finishWait;
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        WatchdogSubscriber<T> watchdogSubscriber =
                new WatchdogSubscriber<>(actual, limits, timeSource.timers(), finishWait);
        try {
            source.subscribe(watchdogSubscriber);
        } catch (Throwable thrown) { // includes errors that Reactor throws instead of signalling
            if (!watchdogSubscriber.failed(thrown)) {
                Operators.error(actual, thrown);
            }
        }
    }

    /** Returns the error for a limit that was exceeded. */
    static ChatException.CallFailed expired(Failure.Phase phase, Duration limit) {
        return new ChatException.CallFailed(Failure.timeout(phase, limit));
    }
}
