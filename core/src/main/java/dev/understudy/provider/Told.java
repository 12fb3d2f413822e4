package dev.understudy.provider;

import dev.understudy.chat.StreamChunk;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What was told of an answer so far, in as few pieces as say the same. */
final class Told {

    private final List<StreamChunk> pieces = new ArrayList<>();
    private final StringBuilder run = new StringBuilder();
    private @Nullable StreamChunk open; // of the kind that the run is made of

    void add(StreamChunk chunk) {
        String words = words(chunk);
        if (words == null) {
            close();
            pieces.add(chunk);
            return;
        }
        if (open == null || !isOneWith(open, chunk)) {
            close();
            open = chunk;
        }
        run.append(words);
    }

    void again(Consumer<StreamChunk> out) {
        close();
        pieces.forEach(out);
    }

    private void close() {
        if (open != null) {
            pieces.add(saying(open, run.toString()));
            run.setLength(0);
            open = null;
        }
    }

    private static @Nullable String words(StreamChunk chunk) {
        if (chunk instanceof StreamChunk.Text text) {
            return text.text();
        }
        if (chunk instanceof StreamChunk.Reasoning reasoning) {
            return reasoning.closes() == null ? reasoning.thought() : null;
        }
        return chunk instanceof StreamChunk.ToolCallPart part ? part.arguments() : null;
    }

    private static boolean isOneWith(StreamChunk open, StreamChunk next) {
        return open.getClass() == next.getClass()
                && !(open instanceof StreamChunk.ToolCallPart one
                        && next instanceof StreamChunk.ToolCallPart other
                        && one.index() != other.index());
    }

    private static StreamChunk saying(StreamChunk like, String words) {
        if (like instanceof StreamChunk.ToolCallPart part) {
            return new StreamChunk.ToolCallPart(part.index(), part.id(), part.name(), words);
        }
        return like instanceof StreamChunk.Text ? new StreamChunk.Text(words) : new StreamChunk.Reasoning(words, null);
    }
}
