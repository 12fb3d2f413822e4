package dev.understudy.call;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import dev.understudy.guard.TimeSource;
import java.time.Duration;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.publisher.Operators;

/**
 * Ends a stream that is silent for too long while its subscriber waits, or that takes too long in all. One timer a
 * stream, which looks when it fires and sets itself anew; a chunk costs one look at the clock. Time is measured only
 * while there is unmet demand, so that a slow consumer does not look like a slow provider. Everything that the source
 * throws or does against the rules of Reactive Streams becomes an error signal.
 */
final class Watchdog<T> extends FluxOperator<T, T> {

    /**
     * @param first until the first content
     * @param firstPhase what that wait is called
     * @param idle between two pieces of content
     * @param total the whole attempt while its subscriber waits; and the longest time without any demand
     * @param deadline the instant when the call must be over, demand or not; {@link Long#MAX_VALUE} for never
     */
    record Limits(Duration first, Failure.Phase firstPhase, Duration idle, Duration total, long deadline) {}

    private final Limits limits;
    private final TimeSource timeSource;

    Watchdog(Flux<T> source, Limits limits, TimeSource timeSource) {
        super(source);
        this.limits = limits;
        this.timeSource = timeSource;
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        WatchdogSubscriber<T> watchdogSubscriber = new WatchdogSubscriber<>(actual, limits, timeSource.scheduler());
        try {
            source.subscribe(watchdogSubscriber);
        } catch (Throwable thrown) { // also what Reactor calls fatal and does not signal
            if (!watchdogSubscriber.failed(thrown)) {
                Operators.error(actual, thrown);
            }
        }
    }

    /** An error that tells which limit was reached. */
    static ChatException.CallFailed expired(Failure.Phase phase, Duration limit) {
        return new ChatException.CallFailed(Failure.timeout(phase, limit));
    }
}
