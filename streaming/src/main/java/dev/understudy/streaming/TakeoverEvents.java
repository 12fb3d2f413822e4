package dev.understudy.streaming;

import dev.understudy.Understudy;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ForwardingChatProvider;
import dev.understudy.chat.ProviderEvent;
import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Publisher of events about the takeovers of an interrupted answer. Exceptions of a listener are dropped, as
 * {@link Listener} promises.
 *
 * @param understudy name of the understudy or provider
 * @param listener receives the events
 * @param call call of the understudy, as far as it is known
 */
record TakeoverEvents(String understudy, Listener listener, Event.@Nullable CallId call) {

    /** Events for the listener of the inner understudy, if there is one, and for another listener. */
    static TakeoverEvents of(ChatProvider within, Listener more) {
        ChatProvider innermost = innermost(within);
        Listener first = innermost instanceof Understudy found ? found.listener() : Listener.none();
        return new TakeoverEvents(innermost.name(), first.and(more), null);
    }

    /** Returns the provider within all that forward to another one. */
    static ChatProvider innermost(ChatProvider provider) {
        ChatProvider innermost = provider;
        while (innermost instanceof ForwardingChatProvider around) {
            innermost = around.delegate();
        }
        return innermost;
    }

    /** Events of one call, for the listener of that call too. */
    TakeoverEvents of(Event.@Nullable CallId call, Listener own) {
        return new TakeoverEvents(understudy, listener.and(own), call);
    }

    void takenOver(
            StreamInterruption interruption,
            ProviderEvent.FirstContentFrom by,
            AttemptSpec attemptSpec,
            int offset,
            Duration gap) {
        listener.on(new Event.StreamTakenOver(
                understudy,
                call,
                route(interruption),
                new Event.Route(by.provider(), by.model()),
                new Event.Takeover(strategy(attemptSpec), offset, gap),
                interruption.failure));
    }

    void takeoverFailed(
            StreamInterruption interruption, StreamInterruption attempt, AttemptSpec attemptSpec, int offset) {
        listener.on(new Event.TakeoverFailed(
                understudy, call, route(interruption), strategy(attemptSpec), offset, attempt.failure));
    }

    void lost(StreamInterruption interruption, int offset) {
        listener.on(new Event.StreamLost(
                understudy,
                call,
                interruption.servedBy.provider(),
                interruption.servedBy.model(),
                offset,
                interruption.failure));
    }

    private static Event.Route route(StreamInterruption interruption) {
        return new Event.Route(interruption.servedBy.provider(), interruption.servedBy.model());
    }

    private static String strategy(AttemptSpec attemptSpec) {
        return attemptSpec.resumeStrategy() == null || (attemptSpec.fresh() && !attemptSpec.resumes())
                ? "afresh"
                : attemptSpec.resumeStrategy().label();
    }
}
