package dev.understudy.gateway.protocol;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.VendorData;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Follows the blocks of one stream: reports where each begins, grows and ends. Tool calls and blocks of the vendor's own
 * come whole. Not thread-safe.
 */
public final class StreamBlocks {

    /** Kind of a block that comes in pieces. */
    public enum Kind {
        TEXT,
        REFUSAL,
        REASONING
    }

    /** Receives the blocks. */
    public interface Sink {

        /** A block begins. */
        void begin(Kind kind);

        /** A block grows. */
        void add(Kind kind, String piece);

        /**
         * A block ends. Hidden reasoning ends without having begun.
         *
         * @param block the whole block
         * @param begun false for reasoning without text
         */
        void end(ContentBlock block, boolean begun);

        /** A block arrives whole: a tool call, an image, sound, a file or one that only its vendor interprets. */
        void whole(ContentBlock block);

        /**
         * Data arrive of a block that has ended: vendors tell sources and what they want back at the end of an answer.
         * Called between blocks.
         *
         * @param before the block as it ended
         * @param now the block with its data
         */
        void late(ContentBlock before, ContentBlock now);
    }

    private static final int NONE = Integer.MIN_VALUE;

    private final Sink sink;
    private final List<ContentBlock> blocks = new ArrayList<>();
    private final List<Integer> numbers = new ArrayList<>(); // of the blocks

    /** Blocks as they were told, by their index, whose data are still to be told. */
    private final Map<Integer, ContentBlock> late = new LinkedHashMap<>();

    private final StringBuilder text = new StringBuilder();
    private @Nullable Kind open;
    private int number;
    private boolean begun;
    private ReasoningBlock.@Nullable Signature signature;
    private @Nullable VendorData data;

    /** Number of reasoning without text, whose data may follow. */
    private int hidden = NONE;

    private boolean anything;
    private boolean answered; // with more than reasoning
    private int offset;
    private boolean switched;

    /** Another answer continues the first one: no vendor knows the turn as a whole, so its data are not sent back. */
    private boolean continued;

    /** @param sink receives the blocks */
    public StreamBlocks(Sink sink) {
        this.sink = sink;
    }

    /** Returns the blocks that have ended. */
    public List<ContentBlock> blocks() {
        return blocks;
    }

    /**
     * Follows a chunk.
     *
     * @throws ChatException.CallFailed if text that was reported is retracted, or generation failed
     */
    public void add(StreamChunk chunk) {
        continued |= switched && chunk.isContent() && chunk.block() == StreamChunk.UNNUMBERED;
        if (chunk instanceof StreamChunk.Text words) {
            offset += words.text().length();
            say(Kind.TEXT, words.text(), words.block());
        } else if (chunk instanceof StreamChunk.Refusal words) {
            say(Kind.REFUSAL, words.refusal(), words.block());
        } else if (chunk instanceof StreamChunk.Reasoning reasoning) {
            think(reasoning);
        } else if (chunk instanceof StreamChunk.BlockData more) {
            data(more);
        } else if (chunk instanceof StreamChunk.ToolCallDone done) {
            whole(continued ? done.call().withVendorData(null) : done.call(), done.block());
        } else if (chunk instanceof StreamChunk.Block block) {
            whole(block.content(), block.block());
        } else if (chunk instanceof StreamChunk.Switched) {
            switched = true;
        } else if (chunk instanceof StreamChunk.Reset reset) {
            reset(reset);
        } else if (chunk instanceof StreamChunk.Finish finish) {
            if (finish.reason() == FinishReason.ERROR) {
                throw failed(FailureKind.SERVER, "the vendor reports that generation failed");
            }
            end();
        }
    }

    private void data(StreamChunk.BlockData more) {
        if (continued) {
            return;
        }
        if (open != null && isOf(more, number)) {
            data = more.vendorData();
            return;
        }
        for (int i = numbers.size() - 1; i >= 0; i--) {
            if (isOf(more, numbers.get(i))) {
                late(i, more.vendorData());
                return;
            }
        }
        if (more.block() == hidden) {
            open(Kind.REASONING, hidden);
            data = more.vendorData();
        }
    }

    private static boolean isOf(StreamChunk.BlockData data, int number) {
        return number != NONE && (data.block() == number || data.block() == StreamChunk.UNNUMBERED);
    }

    private void late(int index, VendorData more) {
        ContentBlock before = blocks.get(index);
        ContentBlock now = before.withVendorData(more);
        if (!now.equals(before)) {
            blocks.set(index, now);
            late.putIfAbsent(index, before);
            tellLate();
        }
    }

    /** No protocol has blocks within blocks: data wait for the end of the open one. */
    private void tellLate() {
        if (open == null && !late.isEmpty()) {
            late.forEach((index, before) -> sink.late(before, blocks.get(index)));
            late.clear();
        }
    }

    private void say(Kind kind, String piece, int block) {
        if (piece.isEmpty()) {
            return;
        }
        answered = true;
        grow(kind, piece, block);
    }

    private void think(StreamChunk.Reasoning reasoning) {
        if (!reasoning.thought().isEmpty()) {
            if (signature != null) {
                end();
            }
            grow(Kind.REASONING, reasoning.thought(), reasoning.block());
        }
        if (reasoning.closes() != null) {
            open(Kind.REASONING, reasoning.block());
            signature = continued ? null : reasoning.closes();
        } else if (reasoning.thought().isEmpty()) {
            hidden = reasoning.block();
        }
    }

    private void grow(Kind kind, String piece, int block) {
        open(kind, block);
        if (!begun) {
            begun = true;
            sink.begin(kind);
        }
        anything = true;
        text.append(piece);
        sink.add(kind, piece);
    }

    private void open(Kind kind, int block) {
        if (open != kind || (number != block && block != StreamChunk.UNNUMBERED)) {
            end();
            open = kind;
            number = block;
        }
    }

    private void whole(ContentBlock block, int at) {
        end();
        anything = true;
        answered = true;
        add(block, at);
        sink.whole(block);
    }

    private void add(ContentBlock block, int at) {
        blocks.add(block);
        numbers.add(at);
    }

    private void end() {
        Kind kind = open;
        if (kind == null) {
            return;
        }
        ContentBlock block =
                switch (kind) {
                    case TEXT -> new ContentBlock.Text(text.toString(), data);
                    case REFUSAL -> new ContentBlock.Refusal(text.toString(), data);
                    case REASONING -> new ReasoningBlock(text.toString(), signature, data);
                };
        boolean wasBegun = begun;
        open = null;
        begun = false;
        signature = null;
        data = null;
        text.setLength(0);
        add(block, number);
        sink.end(block, wasBegun);
        tellLate();
    }

    /** Clients show reasoning beside the answer, so that more of it harms none. */
    private void reset(StreamChunk.Reset reset) {
        boolean nothingLost = !anything || (reset.discardFromOffset() > 0 && reset.discardFromOffset() >= offset);
        if (!nothingLost && answered) {
            throw failed(reset.reason(), "what was written has to be taken back, and this client cannot do that");
        }
        end();
        numbers.replaceAll(number -> NONE); // the next answer has numbers of its own
        hidden = NONE;
    }

    private static ChatException.CallFailed failed(FailureKind kind, String message) {
        return new ChatException.CallFailed(Failure.of(kind, message));
    }
}
