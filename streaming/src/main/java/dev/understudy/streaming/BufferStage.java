package dev.understudy.streaming;

import dev.understudy.chat.StreamChunk;
import dev.understudy.streaming.operator.StatefulOperator;
import org.jspecify.annotations.Nullable;

/** Holds the beginning of a stream. */
final class BufferStage implements StatefulOperator.Handler<StreamChunk, StreamChunk> {

    private final StreamBuffer buffer;
    private @Nullable ChunkBuffer chunkBuffer;
    private boolean finished;

    BufferStage(StreamBuffer buffer) {
        this.buffer = buffer;
        this.chunkBuffer = new ChunkBuffer(buffer.tokens());
    }

    @Override
    public void next(StreamChunk chunk, StatefulOperator.Sink<StreamChunk> sink) {
        finished |= chunk instanceof StreamChunk.Finish;
        ChunkBuffer holding = chunkBuffer;
        if (holding == null) {
            sink.emit(chunk);
            return;
        }
        boolean first = !holding.isBegun();
        holding.add(chunk);
        if (holding.isFull() || finished) {
            onTimer(sink);
        } else if (first && holding.isBegun() && buffer.time() != null) {
            sink.wake(buffer.time());
        }
    }

    @Override
    public void onTimer(StatefulOperator.Sink<StreamChunk> sink) {
        ChunkBuffer holding = chunkBuffer;
        if (holding != null) {
            chunkBuffer = null;
            holding.all().forEach(sink::emit);
        }
    }

    @Override
    public boolean isTimed() {
        return buffer.time() != null;
    }

    @Override
    public boolean awaitsEnd() {
        return finished;
    }

    /** Discards the buffer of an interrupted answer; a complete one was released at its finish. */
    @Override
    public void terminate(@Nullable Throwable error, StatefulOperator.Sink<StreamChunk> sink) {
        sink.end(error);
    }
}
