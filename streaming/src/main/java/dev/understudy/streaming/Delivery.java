package dev.understudy.streaming;

import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.StreamChunk;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Delivers the chunks of one attempt to the subscriber: holds back its beginning, and announces a takeover before it. */
final class Delivery {

    private final ChatResponseAggregator shown;
    private final @Nullable Duration holdTime;
    private final Supplier<List<StreamChunk>> announcement;
    private @Nullable Hold hold;
    private boolean visible;

    /**
     * @param shown what was delivered so far, of all attempts
     * @param hold what is held back; {@code null} for nothing
     * @param holdTime how long it is held at most; {@code null} for no limit
     * @param announcement chunks that go before the first one, asked for when it is delivered
     */
    Delivery(
            ChatResponseAggregator shown,
            @Nullable Hold hold,
            @Nullable Duration holdTime,
            Supplier<List<StreamChunk>> announcement) {
        this.shown = shown;
        this.hold = hold;
        this.holdTime = holdTime;
        this.announcement = announcement;
    }

    /** Whether anything was delivered. */
    boolean isVisible() {
        return visible;
    }

    /** Whether a timer may release what is held. */
    boolean isTimed() {
        return hold != null && holdTime != null;
    }

    void say(StreamChunk chunk, Relay.Out<StreamChunk> out) {
        Hold holding = hold;
        if (holding == null) {
            deliver(chunk, out);
            return;
        }
        boolean first = !holding.isBegun();
        holding.add(chunk);
        if (holding.isFull()) {
            open(out);
        } else if (first && holding.isBegun() && holdTime != null) {
            out.wake(holdTime);
        }
    }

    /** Delivers what is held, and holds nothing from now on. */
    void open(Relay.Out<StreamChunk> out) {
        Hold holding = hold;
        if (holding != null) {
            hold = null;
            holding.all().forEach(chunk -> deliver(chunk, out));
        }
    }

    private void deliver(StreamChunk chunk, Relay.Out<StreamChunk> out) {
        if (!visible) {
            visible = true;
            announcement.get().forEach(out::emit);
        }
        shown.add(chunk);
        out.emit(chunk);
    }
}
