package dev.understudy.provider.dialect;

import dev.understudy.chat.StreamChunk;
import dev.understudy.provider.framing.Framing;
import java.util.function.Consumer;

/**
 * Reads the events of one stream. What it throws is a {@link dev.understudy.chat.ChatException.CallFailed}: an in-band
 * error typed by its payload, or PROTOCOL.
 */
public interface StreamDecoder {

    /** Reads the framing's current event and says what it means, zero or more chunks. Never emits the Finish. */
    void read(Framing event, Consumer<StreamChunk> out);

    /** Whether a finish reason was seen: from here on a lost connection is no failure. */
    boolean finished();

    /** Whether the terminal marker was seen: nothing of interest follows. */
    boolean terminated();

    /**
     * The body is over, or nothing more is waited for. Emits what was held back (tool calls that are whole now) and the
     * {@link StreamChunk.Finish}.
     *
     * @throws dev.understudy.chat.ChatException.CallFailed TRUNCATED if no finish reason was seen
     */
    void end(Consumer<StreamChunk> out);
}
