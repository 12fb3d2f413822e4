package dev.understudy.streaming;

import dev.understudy.chat.StreamChunk;
import java.util.Objects;

/**
 * A chunk with its position in a stream that is kept, so that a reader can continue after it.
 *
 * @param stream id of the stream; "" if the stream is not kept
 * @param position number of the chunk in the stream, from 1
 * @param chunk the chunk
 */
public record PositionedChunk(String stream, long position, StreamChunk chunk) {

    /**
     * Checks that no value is {@code null}.
     *
     * @param stream id of the stream
     * @param position number of the chunk
     * @param chunk the chunk
     */
    public PositionedChunk {
        Objects.requireNonNull(stream, "stream");
        Objects.requireNonNull(chunk, "chunk");
    }

    /**
     * Returns the id of a server-sent event with this chunk, which a client sends back as {@code Last-Event-ID}.
     *
     * @return stream and position; "" if the stream is not kept
     */
    public String eventId() {
        return stream.isEmpty() ? "" : stream + '.' + position;
    }
}
