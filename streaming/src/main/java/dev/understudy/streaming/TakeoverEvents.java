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
 * Tells listeners how a cut answer fared. What a listener throws is dropped, as {@link Listener} promises.
 *
 * @param door where it happens
 * @param listener to whom it is told
 * @param call of which call of the door, as far as that is known
 */
record TakeoverEvents(String door, Listener listener, Event.@Nullable CallId call) {

    /** To those who listen to the door within, if there is one, and to one more. */
    static TakeoverEvents of(ChatProvider within, Listener more) {
        ChatProvider inmost = within;
        while (inmost instanceof ForwardingChatProvider around) {
            inmost = around.delegate();
        }
        Listener first = inmost instanceof Understudy door ? door.listener() : Listener.none();
        return new TakeoverEvents(inmost.name(), first.and(more), null);
    }

    /** The same about one call, and to the listener that it has of its own. */
    TakeoverEvents of(Event.@Nullable CallId call, Listener own) {
        return new TakeoverEvents(door, listener.and(own), call);
    }

    void tookOver(
            StreamInterruption blow,
            ProviderEvent.FirstContentFrom by,
            AttemptSpec attemptSpec,
            int offset,
            Duration gap) {
        listener.on(new Event.StreamTakenOver(
                door,
                call,
                blow.servedBy.provider(),
                blow.servedBy.model(),
                by.provider(),
                by.model(),
                way(attemptSpec),
                offset,
                gap,
                blow.failure));
    }

    void inVain(StreamInterruption blow, StreamInterruption attempt, AttemptSpec attemptSpec, int offset) {
        listener.on(new Event.TakeoverFailed(
                door,
                call,
                blow.servedBy.provider(),
                blow.servedBy.model(),
                way(attemptSpec),
                offset,
                attempt.failure));
    }

    void lost(StreamInterruption blow, int offset) {
        listener.on(new Event.StreamLost(
                door, call, blow.servedBy.provider(), blow.servedBy.model(), offset, blow.failure));
    }

    private static String way(AttemptSpec attemptSpec) {
        return attemptSpec.resumeStrategy() == null || (attemptSpec.fresh() && !attemptSpec.resumes())
                ? "afresh"
                : attemptSpec.resumeStrategy().label();
    }
}
