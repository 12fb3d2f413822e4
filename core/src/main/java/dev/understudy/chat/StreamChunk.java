package dev.understudy.chat;

import dev.understudy.chat.ReasoningBlock.Signature;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * A part of a streamed answer. {@link #text()} is "" for chunks other than {@link Text}, so that
 * {@code stream.map(StreamChunk::text)} gives the text of the answer.
 */
public sealed interface StreamChunk {

    /** Number of a block that a chunk does not name. */
    int UNNUMBERED = -1;

    /**
     * Returns the number of the content block that this chunk belongs to.
     *
     * @return the number, from 0 and by which the blocks of an answer are ordered; {@link #UNNUMBERED} if the chunk names none: then it continues the latest block if that
     *     is of its kind, and begins a new one otherwise
     */
    default int block() {
        return UNNUMBERED;
    }

    /**
     * Returns this chunk with another block number.
     *
     * @param block the number, or {@link #UNNUMBERED}
     * @return a copy; this chunk if it belongs to no block
     */
    default StreamChunk withBlock(int block) {
        return this;
    }

    /**
     * Returns the text of this chunk.
     *
     * @return the text, "" if this chunk is not text
     */
    default String text() {
        return "";
    }

    /**
     * Returns whether this chunk holds content of the answer. The first content commits a stream to its provider.
     *
     * @return {@code true} if this is content
     */
    default boolean isContent() {
        return false;
    }

    /**
     * Text of the answer.
     *
     * @param text the next characters
     * @param block number of the block, or {@link #UNNUMBERED}
     */
    record Text(String text, int block) implements StreamChunk {
        /**
         * Checks that no required value is {@code null}.
         *
         * @param text the next characters
         * @param block number of the block
         */
        public Text {
            Objects.requireNonNull(text, "text");
        }

        /**
         * Creates text that names no block.
         *
         * @param text the next characters
         */
        public Text(String text) {
            this(text, UNNUMBERED);
        }

        @Override
        public boolean isContent() {
            return !text.isEmpty();
        }

        @Override
        public StreamChunk withBlock(int block) {
            return new Text(text, block);
        }
    }

    /**
     * Reasoning, where the vendor returns it. Not part of {@link #text()}.
     *
     * @param thought the next characters of the reasoning
     * @param closes signature of the reasoning block that ends with this chunk, with {@code thought} ""; otherwise
     *     {@code null}
     * @param block number of the block, or {@link #UNNUMBERED}
     */
    record Reasoning(String thought, @Nullable Signature closes, int block) implements StreamChunk {
        /**
         * Checks that no required value is {@code null}.
         *
         * @param thought the next characters of the reasoning
         * @param closes signature of the reasoning block that ends with this chunk
         * @param block number of the block
         */
        public Reasoning {
            Objects.requireNonNull(thought, "thought");
        }

        /**
         * Creates reasoning that names no block.
         *
         * @param thought the next characters of the reasoning
         * @param closes signature of the reasoning block that ends with this chunk; otherwise {@code null}
         */
        public Reasoning(String thought, @Nullable Signature closes) {
            this(thought, closes, UNNUMBERED);
        }

        @Override
        public boolean isContent() {
            return !thought.isEmpty() || closes != null;
        }

        @Override
        public StreamChunk withBlock(int block) {
            return new Reasoning(thought, closes, block);
        }
    }

    /**
     * The model's refusal to answer, where a vendor reports it separately from text.
     *
     * @param refusal the next characters of the refusal
     * @param block number of the block, or {@link #UNNUMBERED}
     */
    record Refusal(String refusal, int block) implements StreamChunk {
        /**
         * Checks that no required value is {@code null}.
         *
         * @param refusal the next characters of the refusal
         * @param block number of the block
         */
        public Refusal {
            Objects.requireNonNull(refusal, "refusal");
        }

        /**
         * Creates a refusal that names no block.
         *
         * @param refusal the next characters of the refusal
         */
        public Refusal(String refusal) {
            this(refusal, UNNUMBERED);
        }

        @Override
        public StreamChunk withBlock(int block) {
            return new Refusal(refusal, block);
        }
    }

    /**
     * A fragment of a tool call, to show progress.
     *
     * @param index index of the call in the answer, from 0
     * @param id id of the call, equal in all fragments
     * @param name name of the tool, equal in all fragments
     * @param arguments the next characters of the arguments, possibly ""
     * @param block number of the block, or {@link #UNNUMBERED}
     */
    record ToolCallPart(int index, String id, String name, String arguments, int block) implements StreamChunk {
        /**
         * Creates a fragment that names no block.
         *
         * @param index index of the call in the answer, from 0
         * @param id id of the call
         * @param name name of the tool
         * @param arguments the next characters of the arguments
         */
        public ToolCallPart(int index, String id, String name, String arguments) {
            this(index, id, name, arguments, UNNUMBERED);
        }

        /**
         * Checks that no required value is {@code null}.
         *
         * @param index index of the call in the answer
         * @param id id of the call
         * @param name name of the tool
         * @param arguments the next characters of the arguments
         * @param block number of the block
         */
        public ToolCallPart {
            Objects.requireNonNull(id, "id");
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(arguments, "arguments");
        }

        @Override
        public boolean isContent() {
            return true;
        }

        @Override
        public StreamChunk withBlock(int block) {
            return new ToolCallPart(index, id, name, arguments, block);
        }
    }

    /**
     * A complete tool call.
     *
     * @param index index of the call in the answer, from 0
     * @param call the call, with all of its arguments
     * @param block number of the block, or {@link #UNNUMBERED}
     */
    record ToolCallDone(int index, ToolCall call, int block) implements StreamChunk {
        /**
         * Creates a call that names no block.
         *
         * @param index index of the call in the answer, from 0
         * @param call the call, with all of its arguments
         */
        public ToolCallDone(int index, ToolCall call) {
            this(index, call, UNNUMBERED);
        }

        /**
         * Checks that no required value is {@code null}.
         *
         * @param index index of the call in the answer
         * @param call the call
         * @param block number of the block
         */
        public ToolCallDone {
            Objects.requireNonNull(call, "call");
        }

        @Override
        public boolean isContent() {
            return true;
        }

        @Override
        public StreamChunk withBlock(int block) {
            return new ToolCallDone(index, call, block);
        }
    }

    /**
     * A whole block: an image, a file, sound, or a block that only its origin interprets. Sound may come in fragments,
     * which are chunks of one number; the bytes of each follow those of the one before.
     *
     * @param content the block
     * @param block number of the block, or {@link #UNNUMBERED}
     */
    record Block(ContentBlock content, int block) implements StreamChunk {
        /**
         * Checks that no required value is {@code null}.
         *
         * @param content the block
         * @param block number of the block
         */
        public Block {
            Objects.requireNonNull(content, "content");
        }

        @Override
        public boolean isContent() {
            return true;
        }

        @Override
        public StreamChunk withBlock(int block) {
            return new Block(content, block);
        }
    }

    /**
     * Data that goes back to the origin with a block whose fragments came before. Replaces earlier data of the block.
     * Not content.
     *
     * @param vendorData the data
     * @param block number of the block, or {@link #UNNUMBERED} for the latest one
     */
    record BlockData(VendorData vendorData, int block) implements StreamChunk {
        /**
         * Checks that no required value is {@code null}.
         *
         * @param vendorData the data
         * @param block number of the block
         */
        public BlockData {
            Objects.requireNonNull(vendorData, "vendorData");
        }

        @Override
        public StreamChunk withBlock(int block) {
            return new BlockData(vendorData, block);
        }
    }

    /**
     * A change of provider within the stream: the following chunks come from another provider.
     *
     * @param from name of the provider that failed
     * @param to name of the provider that took over
     * @param reason kind of the failure
     * @param atOffset characters of text delivered before, in UTF-16 units
     */
    record Switched(String from, String to, FailureKind reason, int atOffset) implements StreamChunk {
        /**
         * Checks that no required value is {@code null}.
         *
         * @param from name of the provider that failed
         * @param to name of the provider that took over
         * @param reason kind of the failure
         * @param atOffset characters of text delivered before
         */
        public Switched {
            Objects.requireNonNull(from, "from");
            Objects.requireNonNull(to, "to");
            Objects.requireNonNull(reason, "reason");
        }
    }

    /**
     * Withdrawal of delivered text: everything from an offset on is void and is sent again.
     *
     * @param discardFromOffset characters of text to keep, in UTF-16 units
     * @param reason kind of the failure that caused the restart
     */
    record Reset(int discardFromOffset, FailureKind reason) implements StreamChunk {
        /**
         * Checks that no required value is {@code null}.
         *
         * @param discardFromOffset characters of text to keep
         * @param reason kind of the failure that caused the restart
         */
        public Reset {
            Objects.requireNonNull(reason, "reason");
        }
    }

    /**
     * Handle of a response that the vendor keeps, with which the response can be delivered again if the stream is lost.
     * Sent right after the first content, at most once. Not content.
     *
     * @param token handle of the response
     */
    record Resumable(ResumeToken token) implements StreamChunk {
        /**
         * Checks that no required value is {@code null}.
         *
         * @param token handle of the response
         */
        public Resumable {
            Objects.requireNonNull(token, "token");
        }
    }

    /**
     * End of the answer.
     *
     * @param reason finish reason
     * @param usage tokens, summed over all attempts of the call
     * @param vendorMetadata the vendor's metadata of the response
     * @param servedBy the route that served the answer, and the attempts of the call
     */
    record Finish(FinishReason reason, Usage usage, VendorMetadata vendorMetadata, ServedBy servedBy)
            implements StreamChunk {
        /**
         * Checks that no required value is {@code null}.
         *
         * @param reason finish reason
         * @param usage tokens
         * @param vendorMetadata the vendor's metadata of the response
         * @param servedBy the route that served the answer
         */
        public Finish {
            Objects.requireNonNull(reason, "reason");
            Objects.requireNonNull(usage, "usage");
            Objects.requireNonNull(vendorMetadata, "vendorMetadata");
            Objects.requireNonNull(servedBy, "servedBy");
        }

        /**
         * Returns a copy with another route.
         *
         * @param servedBy the route
         * @return a copy
         */
        public Finish withServedBy(ServedBy servedBy) {
            return new Finish(reason, usage, vendorMetadata, servedBy);
        }

        /**
         * Returns a copy with another usage.
         *
         * @param usage the tokens
         * @return a copy
         */
        public Finish withUsage(Usage usage) {
            return new Finish(reason, usage, vendorMetadata, servedBy);
        }
    }

    /**
     * Handle of a response that its vendor keeps while generating it. A provider that can deliver such a response again
     * emits the token on the stream ({@link StreamChunk.Resumable}). To resume, the caller makes one call of the same
     * request with the token in the Reactor Context: the provider delivers the same response from its beginning, and
     * nothing is generated again. A provider that does not know the token fails with {@link FailureKind#UNSUPPORTED} and
     * sends nothing.
     *
     * <p>Opaque. For one stream at a time: resuming ends the previous stream.
     */
    interface ResumeToken {

        /**
         * Returns the name of the provider that keeps the response.
         *
         * @return the name
         */
        String provider();

        /**
         * Returns the model as the provider names it.
         *
         * @return the model
         */
        String model();

        /**
         * Returns whether the response may still be resumed.
         *
         * @return {@code false} once the vendor has reported that the response failed
         */
        boolean isAlive();

        /**
         * Adds the token to the Context of a call that resumes the response.
         *
         * @param context the Context
         * @return the Context with this token
         */
        default Context in(Context context) {
            return context.put(ResumeToken.class, this);
        }

        /**
         * Returns the token in a Reactor Context.
         *
         * @param context the Context of a call
         * @return the token; {@code null} for a call that generates a new response
         */
        static @Nullable ResumeToken of(ContextView context) {
            return context.hasKey(ResumeToken.class) ? context.get(ResumeToken.class) : null;
        }
    }
}
