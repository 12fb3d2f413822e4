package dev.understudy.streaming.operator;

import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.scheduler.Scheduler;

/**
 * Operator that maps one item to none, one or several, within the demand. A {@link Handler} maps the items;
 * {@link StatefulSubscriber} accounts for demand. Under bounded demand one item at a time is requested, and only while
 * the queue is empty, so the queue is never longer than the output of one item. Under unbounded demand items pass
 * straight through, unless the handler needs a timer.
 */
public final class StatefulOperator<I, O> extends FluxOperator<I, O> {

    private final Supplier<Handler<I, O>> handlers;
    private final Supplier<Scheduler> timer;

    /**
     * @param source source of the items
     * @param handlers makes one handler for each subscriber
     * @param timer scheduler of {@link Sink#wake}, looked up at subscription
     */
    public StatefulOperator(Flux<I> source, Supplier<Handler<I, O>> handlers, Supplier<Scheduler> timer) {
        super(source);
        this.handlers = handlers;
        this.timer = timer;
    }

    @Override
    public void subscribe(CoreSubscriber<? super O> actual) {
        source.subscribe(new StatefulSubscriber<>(actual, handlers.get(), timer));
    }

    /** Output of a handler. Valid only during a call of the handler. */
    public interface Sink<O> {

        /** Emits one item. */
        void emit(O item);

        /** True if there is demand for the next item. */
        boolean isWanted();

        /**
         * Ends the stream after the emitted items; {@code null} completes. The source is cancelled if it has not ended.
         */
        void end(@Nullable Throwable error);

        /** Requests one timer call; a later call replaces an earlier one. Only for timed handlers. */
        void wake(Duration after);
    }

    /** Mapping of the items of one subscription. Called by one thread at a time. */
    public interface Handler<I, O> {

        default void begin(Sink<O> sink) {}

        void next(I item, Sink<O> sink);

        /** Handles the end of the source; has to call {@link Sink#end}. */
        void terminate(@Nullable Throwable error, Sink<O> sink);

        default void onTimer(Sink<O> sink) {}

        /** True if only the end of the source is left: then the next signal is requested without demand. */
        default boolean awaitsEnd() {
            return false;
        }

        /** True if the handler uses {@link Sink#wake}. */
        default boolean isTimed() {
            return false;
        }
    }
}
