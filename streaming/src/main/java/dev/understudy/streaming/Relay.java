package dev.understudy.streaming;

import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.scheduler.Scheduler;

/**
 * One item in, none, one or several out, never more than was asked for. A {@link Role} says what goes out;
 * {@link Relaying} keeps the accounts. Under bounded demand one item at a time is asked for, and only while nothing waits to go out, so what waits
 * is never more than one item led to. Under unbounded demand items pass straight through, unless the role needs a timer.
 */
final class Relay<I, O> extends FluxOperator<I, O> {

    private final Supplier<Role<I, O>> roles;
    private final Supplier<Scheduler> timer;

    /**
     * @param roles one for each subscriber
     * @param timer where {@link Out#wake} is timed, looked up at subscription
     */
    Relay(Flux<I> source, Supplier<Role<I, O>> roles, Supplier<Scheduler> timer) {
        super(source);
        this.roles = roles;
        this.timer = timer;
    }

    @Override
    public void subscribe(CoreSubscriber<? super O> actual) {
        source.subscribe(new Relaying<>(actual, roles.get(), timer));
    }

    /** Where a role speaks to. Only while it is called. */
    interface Out<O> {

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
    interface Role<I, O> {

        default void begin(Out<O> out) {}

        void next(I item, Out<O> out);

        /** The source is over; has to {@link Out#end}. */
        void over(@Nullable Throwable error, Out<O> out);

        default void woken(Out<O> out) {}

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
