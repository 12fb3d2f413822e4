package dev.understudy.chat;

import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** One content block under construction. Not thread-safe. */
final class BlockBuilder {

    enum Kind {
        TEXT,
        REASONING,
        REFUSAL,
        CALL,
        AUDIO,
        WHOLE
    }

    final Kind kind;
    final int number;

    /** Position among the blocks: the greater follows. */
    final int order;

    /** Text; of sound its bytes in Base64. */
    final TextPieces text = new TextPieces();

    /** Media type of sound. */
    String mediaType = "";

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
    }

    /** Returns true if a chunk of this kind and number belongs to this block. */
    boolean takes(Kind kind, int number) {
        return this.kind == kind && signature == null && (number == this.number || number == StreamChunk.UNNUMBERED);
    }

    /** Returns true if there is anything that a block can be built of. */
    boolean hasContent() {
        return !text.isEmpty() || signature != null || whole != null || vendorData != null || kind == Kind.AUDIO;
    }

    /** Returns true if sound of a number continues this block. */
    boolean takesAudio(ContentBlock.Audio audio, int number) {
        return kind == Kind.AUDIO
                && number >= 0
                && number == this.number
                && vendorData == null
                && mediaType.equals(audio.mediaType());
    }

    /** Appends the bytes of sound, each fragment of which is padded. */
    void append(ContentBlock.Audio audio) {
        mediaType = audio.mediaType();
        vendorData = audio.vendorData();
        int whole = text.length() - 4;
        if (whole < 0 || !text.endsWith('=')) {
            text.append(audio.base64());
            return;
        }
        try {
            byte[] last = Base64.getDecoder().decode(text.from(whole));
            byte[] next = Base64.getDecoder().decode(audio.base64());
            byte[] joined = Arrays.copyOf(last, last.length + next.length);
            System.arraycopy(next, 0, joined, last.length, next.length);
            text.truncate(whole);
            text.append(Base64.getEncoder().encodeToString(joined));
        } catch (IllegalArgumentException notBase64) {
            text.append(audio.base64());
        }
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
            case AUDIO -> new ContentBlock.Audio(mediaType, text.toString(), vendorData);
            case CALL, WHOLE -> whole;
        };
    }
}
