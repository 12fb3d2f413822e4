package dev.understudy.gateway.protocol;

import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.StreamChunk;
import java.util.List;

/** Encodes the blocks of one stream; a subclass knows the events of its protocol. Not thread-safe. */
public abstract class EventEncoder implements ClientCall.Events, StreamBlocks.Sink {

    /** Events of the current chunk. */
    protected final StringBuilder out = new StringBuilder();

    private final StreamBlocks streamBlocks = new StreamBlocks(this);
    private boolean finished;

    @Override
    public final String of(StreamChunk chunk) {
        if (finished) {
            return "";
        }
        out.setLength(0);
        if (chunk instanceof StreamChunk.Switched switched) {
            out.append(EventText.comment(takeover(switched)));
        }
        streamBlocks.add(chunk);
        if (chunk instanceof StreamChunk.Finish finish) {
            finished = true;
            finish(finish);
        }
        return out.toString();
    }

    /** Returns the comment of a takeover, which clients ignore. */
    protected String takeover(StreamChunk.Switched switched) {
        return switched.to() + " goes on for " + switched.from();
    }

    /** Writes the end of the stream. */
    protected abstract void finish(StreamChunk.Finish finish);

    /** Returns the blocks that have ended. */
    protected final List<ContentBlock> blocks() {
        return streamBlocks.blocks();
    }

    @Override
    public final boolean isFinished() {
        return finished;
    }
}
