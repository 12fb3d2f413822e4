package dev.understudy.streaming;

import dev.understudy.chat.StreamChunk;
import org.jspecify.annotations.Nullable;

/** Holds the beginning of a stream back. */
final class Holding implements Relay.Role<StreamChunk, StreamChunk> {

    private final StreamBuffer buffer;
    private @Nullable Hold hold;
    private boolean finished;

    Holding(StreamBuffer buffer) {
        this.buffer = buffer;
        this.hold = new Hold(buffer.tokens());
    }

    @Override
    public void next(StreamChunk chunk, Relay.Out<StreamChunk> out) {
        finished |= chunk instanceof StreamChunk.Finish;
        Hold holding = hold;
        if (holding == null) {
            out.emit(chunk);
            return;
        }
        boolean first = !holding.isBegun();
        holding.add(chunk);
        if (holding.isFull() || finished) {
            woken(out);
        } else if (first && holding.isBegun() && buffer.time() != null) {
            out.wake(buffer.time());
        }
    }

    @Override
    public void woken(Relay.Out<StreamChunk> out) {
        Hold holding = hold;
        if (holding != null) {
            hold = null;
            holding.all().forEach(out::emit);
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

    /** Nothing of an answer that was cut is let go; one that was not has let go at its finish. */
    @Override
    public void over(@Nullable Throwable error, Relay.Out<StreamChunk> out) {
        out.end(error);
    }
}
