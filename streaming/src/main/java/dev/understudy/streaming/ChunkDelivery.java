package dev.understudy.streaming;

import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.StreamChunk;
import dev.understudy.streaming.operator.StatefulOperator;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Delivers the chunks of one attempt to the subscriber: holds back its beginning, and announces a takeover before it. */
final class ChunkDelivery {

    private final ChatResponseAggregator shown;
    private final @Nullable Duration holdTime;
    private final Supplier<List<StreamChunk>> announcement;
    private @Nullable ChunkBuffer chunkBuffer;
    private boolean visible;

    /**
     * @param shown what was delivered so far, of all attempts
     * @param chunkBuffer what is held back; {@code null} for nothing
     * @param holdTime how long it is held at most; {@code null} for no limit
     * @param announcement chunks that go before the first one, asked for when it is delivered
     */
    ChunkDelivery(
            ChatResponseAggregator shown,
            @Nullable ChunkBuffer chunkBuffer,
            @Nullable Duration holdTime,
            Supplier<List<StreamChunk>> announcement) {
        this.shown = shown;
        this.chunkBuffer = chunkBuffer;
        this.holdTime = holdTime;
        this.announcement = announcement;
    }

    /** Whether anything was delivered. */
    boolean isVisible() {
        return visible;
    }

    /** Whether a timer may release what is held. */
    boolean isTimed() {
        return chunkBuffer != null && holdTime != null;
    }

    void say(StreamChunk chunk, StatefulOperator.Sink<StreamChunk> sink) {
        ChunkBuffer holding = chunkBuffer;
        if (holding == null) {
            deliver(chunk, sink);
            return;
        }
        boolean first = !holding.isBegun();
        holding.add(chunk);
        if (holding.isFull()) {
            open(sink);
        } else if (first && holding.isBegun() && holdTime != null) {
            sink.wake(holdTime);
        }
    }

    /** Delivers what is held, and holds nothing from now on. */
    void open(StatefulOperator.Sink<StreamChunk> sink) {
        ChunkBuffer holding = chunkBuffer;
        if (holding != null) {
            chunkBuffer = null;
            holding.all().forEach(chunk -> deliver(chunk, sink));
        }
    }

    private void deliver(StreamChunk chunk, StatefulOperator.Sink<StreamChunk> sink) {
        if (!visible) {
            visible = true;
            announcement.get().forEach(sink::emit);
        }
        shown.add(chunk);
        sink.emit(chunk);
    }
}
