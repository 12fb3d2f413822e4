package dev.understudy.event;

import dev.understudy.CallContext;
import dev.understudy.UnderstudyBuilder;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * Hears everything that happens, in order for each call, on the thread where it happens: it must be quick and must not
 * block. What it throws is dropped, for a listener must not harm a call.
 *
 * <p>One may hear a whole door ({@link UnderstudyBuilder#listener}), another a single call ({@link CallContext#listener}).
 */
@FunctionalInterface
public interface Listener {

    void on(Event event);

    /**
     * What a provider finds in its Reactor Context while it is asked: what it would find anyway, or more, such as a span
     * for its HTTP client to go on with. Called once for each attempt, after {@link #on} has heard of it and just before
     * the provider is subscribed; an attempt that is cancelled in between is heard of and never gets here.
     *
     * @param attempt which attempt
     * @param context what the provider would find
     */
    default Context attemptContext(Event.AttemptStarted attempt, Context context) {
        return context;
    }

    /** Both hear, this one first; what one throws does not keep the other from hearing. */
    default Listener and(Listener other) {
        Listener first = this;
        return new Listener() {
            @Override
            public void on(Event event) {
                safely(first, event);
                safely(other, event);
            }

            @Override
            public Context attemptContext(Event.AttemptStarted attempt, Context context) {
                return contextFor(other, attempt, contextFor(first, attempt, context));
            }
        };
    }

    static Listener none() {
        return event -> {};
    }

    /** Who hears the call in progress, by {@link CallContext#listener}; {@link #none()} when nobody asked to. */
    static Listener of(ContextView context) {
        return context.hasKey(Listener.class) ? context.get(Listener.class) : none();
    }

    /** Passes an event to a listener and drops what the listener throws. */
    static void safely(Listener listener, Event event) {
        try {
            listener.on(event);
        } catch (Throwable e) {
            // Dropped, as promised above: there is nobody to tell whom it would not harm as well.
        }
    }

    /** Returns {@link #attemptContext} of a listener, or the unchanged Context if the listener throws. */
    static Context contextFor(Listener listener, Event.AttemptStarted attempt, Context context) {
        try {
            Context more = listener.attemptContext(attempt, context);
            return more == null ? context : more;
        } catch (Throwable e) {
            return context; // as above
        }
    }
}
