package dev.understudy.streaming;

import dev.understudy.Event;
import dev.understudy.Listener;
import dev.understudy.Understudy;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ForwardingChatProvider;
import dev.understudy.chat.Notice;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Tells listeners how a cut answer fared. What a listener throws is dropped, as {@link Listener} promises.
 *
 * @param door where it happens
 * @param listener to whom it is told
 * @param call of which call of the door, as far as that is known
 */
record Herald(String door, Listener listener, Event.@Nullable CallId call) {

    /** To those who listen to the door within, if there is one, and to one more. */
    static Herald of(ChatProvider within, Listener more) {
        ChatProvider inmost = within;
        while (inmost instanceof ForwardingChatProvider around) {
            inmost = around.delegate();
        }
        Listener first = inmost instanceof Understudy door ? door.listener() : Listener.none();
        return new Herald(inmost.name(), first.and(more), null);
    }

    /** The same about one call, and to the listener that it has of its own. */
    Herald of(Event.@Nullable CallId call, Listener own) {
        return new Herald(door, listener.and(own), call);
    }

    void tookOver(Cut blow, Notice.Answering by, Take take, int offset, Duration gap) {
        listener.on(new Event.TookOver(
                door,
                call,
                blow.served.provider(),
                blow.served.model(),
                by.provider(),
                by.model(),
                way(take),
                offset,
                gap,
                blow.failure));
    }

    void inVain(Cut blow, Cut attempt, Take take, int offset) {
        listener.on(new Event.TakeoverFailed(
                door, call, blow.served.provider(), blow.served.model(), way(take), offset, attempt.failure));
    }

    void lost(Cut blow, int offset) {
        listener.on(
                new Event.AnswerLost(door, call, blow.served.provider(), blow.served.model(), offset, blow.failure));
    }

    private static String way(Take take) {
        return take.way() == null || (take.fresh() && !take.resumes())
                ? "afresh"
                : take.way().label();
    }
}
