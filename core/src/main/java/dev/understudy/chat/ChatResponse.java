package dev.understudy.chat;

import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * A whole answer.
 *
 * @param text "" when the model only called tools
 * @param refusal the model's refusal, where a vendor tells it apart from text; else ""
 * @param reasoningBlocks its reasoning, where the vendor tells it
 * @param toolCalls the tools it wants called
 * @param finish why it ended, tokens, and who served it
 */
public record ChatResponse(
        String text,
        String refusal,
        List<ReasoningBlock> reasoningBlocks,
        List<ToolCall> toolCalls,
        StreamChunk.Finish finish) {

    public ChatResponse {
        Objects.requireNonNull(text, "text");
        Objects.requireNonNull(refusal, "refusal");
        Objects.requireNonNull(finish, "finish");
        reasoningBlocks = List.copyOf(reasoningBlocks);
        toolCalls = List.copyOf(toolCalls);
    }

    /** Plain text that ended by itself: handy for providers of one's own. */
    public static ChatResponse of(String provider, String model, String text) {
        return new ChatResponse(
                text,
                "",
                List.of(),
                List.of(),
                new StreamChunk.Finish(
                        FinishReason.STOP, Usage.none(), VendorMetadata.none(), ServedBy.by(provider, model)));
    }

    public FinishReason finishReason() {
        return finish.reason();
    }

    public Usage usage() {
        return finish.usage();
    }

    public VendorMetadata receipt() {
        return finish.vendorMetadata();
    }

    public ServedBy served() {
        return finish.servedBy();
    }

    /** All it tells of its reasoning. */
    public String reasoning() {
        return reasoningBlocks.stream().map(ReasoningBlock::text).collect(Collectors.joining());
    }

    /** The answer as a turn of the conversation, to be sent back with the next question. */
    public Message.Assistant message() {
        return new Message.Assistant(text, toolCalls, reasoningBlocks);
    }

    /** Whether the model said nothing a caller could use. */
    public boolean isEmpty() {
        return text.isEmpty() && toolCalls.isEmpty();
    }

    public ChatResponse withFinish(StreamChunk.Finish finish) {
        return new ChatResponse(text, refusal, reasoningBlocks, toolCalls, finish);
    }

    /** Names the size and who served it; what it says is nobody else's business. */
    @Override
    public String toString() {
        return "ChatResponse[" + text.length() + " characters, toolCalls=" + toolCalls.size() + ", reason="
                + finishReason() + ", by " + served().provider() + "/" + served().model() + "]";
    }
}
