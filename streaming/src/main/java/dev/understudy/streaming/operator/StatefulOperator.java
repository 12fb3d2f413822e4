package dev.understudy.streaming.operator;

import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.scheduler.Scheduler;

/**
 * One item in, none, one or several out, never more than was asked for. A {@link Handler} says what goes out;
 * {@link StatefulSubscriber} keeps the accounts. Under bounded demand one item at a time is asked for, and only while nothing waits to go out, so what waits
 * is never more than one item led to. Under unbounded demand items pass straight through, unless the role needs a timer.
 */
public final class StatefulOperator<I, O> extends FluxOperator<I, O> {

    private final Supplier<Handler<I, O>> handlers;
    private final Supplier<Scheduler> timer;

    /**
     * @param handlers one for each subscriber
     * @param timer where {@link Sink#wake} is timed, looked up at subscription
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

    /** Where a role speaks to. Only while it is called. */
    public interface Sink<O> {

        /** Sends one item. */
        void emit(O item);

        /** Whether somebody waits for the next item. */
        boolean isWanted();

        /** Ends the stream, after what was emitted; {@code null} is a good end. The source is cancelled if it goes on. */
        void end(@Nullable Throwable error);

        /** Asks to be woken once; a later call replaces an earlier one. Only for roles that are timed. */
        void wake(Duration after);
    }

    /** What is done with the items of one subscription. Called by one thread at a time. */
    public interface Handler<I, O> {

        default void begin(Sink<O> sink) {}

        void next(I item, Sink<O> sink);

        /** The source is over; has to {@link Sink#end}. */
        void terminate(@Nullable Throwable error, Sink<O> sink);

        default void onTimer(Sink<O> sink) {}

        /** Whether nothing but the end of the source is left to come: then it is asked for without demand. */
        default boolean awaitsEnd() {
            return false;
        }

        /** Whether it asks to be woken. */
        default boolean isTimed() {
            return false;
        }
    }
}
