package dev.understudy.provider.dialect;

import dev.understudy.chat.StreamChunk;
import dev.understudy.provider.framing.Framing;
import java.util.function.Consumer;

/**
 * Decodes the events of one stream. Not thread-safe. Every failure is a {@link
 * dev.understudy.chat.ChatException.CallFailed}: an in-band error classified by its payload, or PROTOCOL.
 */
public interface StreamDecoder extends Framing.Filter {

    /** Decodes the current event of the framing into zero or more chunks. Never emits the Finish. */
    void read(Framing event, Consumer<StreamChunk> out);

    /**
     * Returns true for a large event that {@link #read} would ignore, by its name or the beginning of its payload, so
     * that it need not be buffered.
     *
     * @param event name of the event, "" without one
     */
    @Override
    default boolean skips(String event, byte[] bytes, int from, int to) {
        return false;
    }

    /**
     * Returns true once a finish reason was received: from then on a lost connection is no failure, unless content was
     * received after the finish reason.
     */
    boolean finished();

    /** Returns true once the terminal marker was received: nothing relevant follows. */
    boolean terminated();

    /**
     * Handles the end of the body, or of the time the rest is waited for. Emits what was held back, such as completed
     * tool calls, and the {@link StreamChunk.Finish}.
     *
     * @throws dev.understudy.chat.ChatException.CallFailed TRUNCATED if no finish reason was received
     */
    void end(Consumer<StreamChunk> out);
}
