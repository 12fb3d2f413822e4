package dev.understudy.chat;

import dev.understudy.chat.ReasoningBlock.Signature;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A piece of an answer that is still being produced. {@link #text()} is "" for whatever is not text, so
 * {@code stream.map(StreamChunk::text)} is always the answer.
 */
public sealed interface StreamChunk {

    /** The text to show. */
    default String text() {
        return "";
    }

    /** Whether the model said something with it. The first such chunk commits a stream to its provider. */
    default boolean isContent() {
        return false;
    }

    /** Text of the answer. */
    record Text(String text) implements StreamChunk {
        public Text {
            Objects.requireNonNull(text, "text");
        }

        @Override
        public boolean isContent() {
            return !text.isEmpty();
        }
    }

    /**
     * Reasoning, where the vendor tells it.
     *
     * @param thought the next words of it; {@link #text()} stays "", for reasoning is not the answer
     * @param closes the finished thought with its seal when this chunk ends a sealed one, with {@code thought} ""
     */
    record Reasoning(String thought, @Nullable Signature closes) implements StreamChunk {
        public Reasoning {
            Objects.requireNonNull(thought, "thought");
        }

        @Override
        public boolean isContent() {
            return !thought.isEmpty() || closes != null;
        }
    }

    /** The model's refusal to answer, where a vendor tells it apart from text. */
    record Refusal(String refusal) implements StreamChunk {
        public Refusal {
            Objects.requireNonNull(refusal, "words");
        }
    }

    /**
     * A fragment of a tool call, for those who want to show progress.
     *
     * @param index which call of the answer, from 0
     * @param id the call's id; the same in every part
     * @param name the tool; the same in every part
     * @param arguments the next characters of its arguments, possibly ""
     */
    record ToolCallPart(int index, String id, String name, String arguments) implements StreamChunk {
        public ToolCallPart {
            Objects.requireNonNull(id, "id");
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(arguments, "arguments");
        }

        @Override
        public boolean isContent() {
            return true;
        }
    }

    /**
     * A tool call that is whole.
     *
     * @param index which call of the answer, from 0
     * @param call the call, with all of its arguments
     */
    record ToolCallDone(int index, ToolCall call) implements StreamChunk {
        public ToolCallDone {
            Objects.requireNonNull(call, "call");
        }

        @Override
        public boolean isContent() {
            return true;
        }
    }

    /**
     * Another provider goes on from here.
     *
     * @param from name of the provider that failed
     * @param to name of the provider that took over
     * @param reason why
     * @param atOffset characters of text delivered before
     */
    record Switched(String from, String to, FailureKind reason, int atOffset) implements StreamChunk {
        public Switched {
            Objects.requireNonNull(from, "from");
            Objects.requireNonNull(to, "to");
            Objects.requireNonNull(reason, "reason");
        }
    }

    /**
     * What was delivered from this offset on is void and comes anew.
     *
     * @param discardFromOffset characters of text to keep
     * @param reason why
     */
    record Reset(int discardFromOffset, FailureKind reason) implements StreamChunk {
        public Reset {
            Objects.requireNonNull(reason, "reason");
        }
    }

    /**
     * The vendor keeps this answer: with the token it can be told again if the stream is lost. Comes right behind the first
     * content, at most once, and says nothing to readers.
     *
     * @param token how to ask for it
     */
    record Resumable(ResumeToken token) implements StreamChunk {
        public Resumable {
            Objects.requireNonNull(token, "token");
        }
    }

    /**
     * The end of the answer.
     *
     * @param reason why it ended
     * @param usage tokens, summed over all attempts
     * @param vendorMetadata what the vendor says of it
     * @param servedBy who answered, and what it took
     */
    record Finish(FinishReason reason, Usage usage, VendorMetadata vendorMetadata, ServedBy servedBy)
            implements StreamChunk {
        public Finish {
            Objects.requireNonNull(reason, "reason");
            Objects.requireNonNull(usage, "usage");
            Objects.requireNonNull(vendorMetadata, "receipt");
            Objects.requireNonNull(servedBy, "served");
        }

        public Finish withServed(ServedBy servedBy) {
            return new Finish(reason, usage, vendorMetadata, servedBy);
        }

        public Finish withUsage(Usage usage) {
            return new Finish(reason, usage, vendorMetadata, servedBy);
        }
    }
}
