package dev.understudy.event;

import dev.understudy.CallContext;
import dev.understudy.UnderstudyBuilder;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * Receives events, in order for each call, on the thread that produces them: implementations must be quick and must not
 * block. Exceptions are dropped, so that a listener cannot fail a call.
 *
 * <p>{@link UnderstudyBuilder#listener} registers a listener for all calls of a client, {@link CallContext#listener} for
 * single calls.
 */
@FunctionalInterface
public interface Listener {

    /**
     * Receives an event.
     *
     * @param event the event
     */
    void on(Event event);

    /**
     * Returns the Reactor Context of an attempt, unchanged by default. Tracing adds the span of the attempt here, for the
     * HTTP client. Called once for each attempt, after {@link #on} received its start and before the provider is
     * subscribed; not called for an attempt that is cancelled in between.
     *
     * @param attempt the attempt
     * @param context the Context that the provider would see
     * @return the Context that the provider sees
     */
    default Context attemptContext(Event.AttemptStarted attempt, Context context) {
        return context;
    }

    /**
     * Returns a listener that passes each event to this listener and then to the other. An exception of one does not
     * affect the other.
     *
     * @param other the second listener
     * @return the combined listener
     */
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

    /**
     * Returns a listener that ignores every event.
     *
     * @return the listener
     */
    static Listener none() {
        return event -> {};
    }

    /**
     * Returns the listener of the call in progress, as set by {@link CallContext#listener}.
     *
     * @param context the Reactor Context of the call
     * @return the listener; {@link #none()} if none is set
     */
    static Listener of(ContextView context) {
        return context.hasKey(Listener.class) ? context.get(Listener.class) : none();
    }

    /**
     * Passes an event to a listener and drops its exceptions.
     *
     * @param listener the listener
     * @param event the event
     */
    static void safely(Listener listener, Event event) {
        try {
            listener.on(event);
        } catch (Throwable e) {
            // Dropped: a listener must not fail a call.
        }
    }

    /**
     * Returns {@link #attemptContext} of a listener, or the unchanged Context if the listener throws.
     *
     * @param listener the listener
     * @param attempt the attempt
     * @param context the Context that the provider would see
     * @return the Context that the provider sees
     */
    static Context contextFor(Listener listener, Event.AttemptStarted attempt, Context context) {
        try {
            Context more = listener.attemptContext(attempt, context);
            return more == null ? context : more;
        } catch (Throwable e) {
            return context; // a listener must not fail a call
        }
    }
}
