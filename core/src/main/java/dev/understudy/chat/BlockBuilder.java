package dev.understudy.chat;

import org.jspecify.annotations.Nullable;

/** One content block under construction. Not thread-safe. */
final class BlockBuilder {

    enum Kind {
        TEXT,
        REASONING,
        REFUSAL,
        CALL,
        WHOLE
    }

    final Kind kind;
    final int number;

    /** Position among the blocks: the greater follows. */
    final int order;

    final StringBuilder text;
    ReasoningBlock.@Nullable Signature signature;

    @Nullable
    VendorData vendorData;

    /** The block itself, where it does not come in fragments. */
    @Nullable
    ContentBlock whole;

    /**
     * @param number the number by which chunks name the block, {@link StreamChunk#UNNUMBERED} if they do not
     * @param order position among the blocks
     */
    BlockBuilder(Kind kind, int number, int order) {
        this.kind = kind;
        this.number = number;
        this.order = order;
        this.text = kind == Kind.CALL || kind == Kind.WHOLE ? new StringBuilder(0) : new StringBuilder();
    }

    /** Returns true if a chunk of this kind and number belongs to this block. */
    boolean takes(Kind kind, int number) {
        return this.kind == kind && signature == null && (number == this.number || number == StreamChunk.UNNUMBERED);
    }

    /** Returns true if there is anything that a block can be built of. */
    boolean hasContent() {
        return text.length() > 0 || signature != null || whole != null || vendorData != null;
    }

    /** Returns the block; {@code null} without content. */
    @Nullable
    ContentBlock block() {
        if (!hasContent()) {
            return null;
        }
        return switch (kind) {
            case TEXT -> new ContentBlock.Text(text.toString(), vendorData);
            case REFUSAL -> new ContentBlock.Refusal(text.toString(), vendorData);
            case REASONING -> new ReasoningBlock(text.toString(), signature, vendorData);
            case CALL, WHOLE -> whole;
        };
    }
}
