package dev.understudy.streaming;

import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.StreamChunk;
import dev.understudy.streaming.operator.StatefulOperator;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Delivers the chunks of one attempt to the subscriber: holds back its beginning, and announces a takeover before it. */
final class ChunkDelivery {

    private final ChatResponseAggregator shown;
    private final @Nullable Duration holdTime;
    private final Supplier<List<StreamChunk>> announcement;
    private final BooleanSupplier claim;
    private @Nullable ChunkBuffer chunkBuffer;
    private boolean visible;

    /**
     * @param shown content delivered so far, over all attempts
     * @param chunkBuffer buffer for the beginning; {@code null} for none
     * @param holdTime longest time in the buffer; {@code null} for no limit
     * @param announcement chunks before the first one, requested when it is delivered
     * @param claim asked before the first one is delivered; false if another attempt delivers the answer
     */
    ChunkDelivery(
            ChatResponseAggregator shown,
            @Nullable ChunkBuffer chunkBuffer,
            @Nullable Duration holdTime,
            Supplier<List<StreamChunk>> announcement,
            BooleanSupplier claim) {
        this.shown = shown;
        this.chunkBuffer = chunkBuffer;
        this.holdTime = holdTime;
        this.announcement = announcement;
        this.claim = claim;
    }

    /** True if anything was delivered. */
    boolean isVisible() {
        return visible;
    }

    /** True if a timer may release the buffer. */
    boolean isTimed() {
        return chunkBuffer != null && holdTime != null;
    }

    void offer(StreamChunk chunk, StatefulOperator.Sink<StreamChunk> sink) {
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

    /** Delivers the buffer, and holds nothing from now on. */
    void open(StatefulOperator.Sink<StreamChunk> sink) {
        ChunkBuffer holding = chunkBuffer;
        if (holding != null) {
            chunkBuffer = null;
            holding.all().forEach(chunk -> deliver(chunk, sink));
        }
    }

    private void deliver(StreamChunk chunk, StatefulOperator.Sink<StreamChunk> sink) {
        if (!visible) {
            if (!claim.getAsBoolean()) {
                return;
            }
            visible = true;
            announcement.get().forEach(sink::emit);
        }
        shown.add(chunk);
        sink.emit(chunk);
    }
}
