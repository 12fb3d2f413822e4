package dev.understudy.streaming;

import dev.understudy.chat.StreamChunk;
import java.util.ArrayList;
import java.util.List;

/** Chunks that are held back; neighbouring text is merged. */
final class ChunkBuffer {

    private final int most;
    private final List<StreamChunk> chunks = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private int block = StreamChunk.UNNUMBERED;
    private int pieces;

    ChunkBuffer(int most) {
        this.most = most;
    }

    void add(StreamChunk chunk) {
        pieces += chunk.isContent() ? 1 : 0;
        if (chunk instanceof StreamChunk.Text words) {
            if (words.block() != block) {
                closeText();
                block = words.block();
            }
            text.append(words.text());
        } else {
            closeText();
            chunks.add(chunk);
        }
    }

    boolean isFull() {
        return pieces >= most;
    }

    /** True if the buffer has its first piece of content. */
    boolean isBegun() {
        return pieces > 0;
    }

    List<StreamChunk> all() {
        closeText();
        return chunks;
    }

    private void closeText() {
        if (text.length() > 0) {
            chunks.add(new StreamChunk.Text(text.toString(), block));
            text.setLength(0);
        }
    }
}
