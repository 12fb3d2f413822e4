package dev.understudy.streaming;

import dev.understudy.Event;
import dev.understudy.Listener;
import dev.understudy.Understudy;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.Notice;
import java.time.Duration;

/** Tells listeners how a cut answer fared. What a listener throws is dropped, as {@link Listener} promises. */
final class Herald {

    private final String door;
    private final Listener listener;

    private Herald(String door, Listener listener) {
        this.door = door;
        this.listener = listener;
    }

    /** To those who listen to the door within, if there is one, and to one more. */
    static Herald of(ChatProvider within, Listener more) {
        ChatProvider inmost = within;
        while (inmost instanceof Around around) {
            inmost = around.within;
        }
        Listener first = inmost instanceof Understudy door ? door.listener() : Listener.none();
        return new Herald(inmost.name(), first.and(more));
    }

    void tookOver(Cut blow, Notice.Answering by, Take take, int offset, Duration gap) {
        listener.on(new Event.TookOver(
                door,
                null,
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
                door, null, blow.served.provider(), blow.served.model(), way(take), offset, attempt.failure));
    }

    void lost(Cut blow, int offset) {
        listener.on(
                new Event.AnswerLost(door, null, blow.served.provider(), blow.served.model(), offset, blow.failure));
    }

    private static String way(Take take) {
        return take.way() == null || take.fresh() ? "afresh" : take.way().label();
    }
}
