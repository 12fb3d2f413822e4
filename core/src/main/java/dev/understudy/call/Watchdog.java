package dev.understudy.call;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import dev.understudy.guard.FinishWait;
import dev.understudy.guard.TimeSource;
import java.time.Duration;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.publisher.Operators;

/**
 * Enforces the time limits of one attempt: cancels the source and signals a timeout when it is silent for too long while
 * the subscriber waits, or takes too long in total. One timer per subscription checks the limits when it fires and is then
 * set again; a chunk costs one reading of the clock. Time counts only while there is unmet demand, so that a slow consumer
 * does not look like a slow provider. A source that has received its finish reason, and only waits for the end of its body,
 * is completed by an exceeded limit and not failed. Exceptions of the source and violations of Reactive Streams become error signals.
 */
final class Watchdog<T> extends FluxOperator<T, T> {

    /**
     * Time limits of one attempt.
     *
     * @param first until the first content
     * @param firstPhase phase that is reported when that limit is exceeded
     * @param idle between two chunks with content
     * @param total of the whole attempt while the subscriber waits; and the longest time without demand
     * @param deadline the instant when the call must be over, with or without demand; {@link Long#MAX_VALUE} for none
     */
    record Limits(Duration first, Failure.Phase firstPhase, Duration idle, Duration total, long deadline) {}

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
                new WatchdogSubscriber<>(actual, limits, timeSource.scheduler(), finishWait);
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
