package dev.understudy.chat;

import java.util.Objects;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A whole answer.
 *
 * @param text "" when the model only called tools
 * @param refusal the model's refusal, where a vendor tells it apart from text; else ""
 * @param thoughts its reasoning, where the vendor tells it
 * @param toolCalls the tools it wants called
 * @param finish why it ended, tokens, and who served it
 */
public record ChatResponse(
        String text, String refusal, List<Thought> thoughts, List<ToolCall> toolCalls, StreamChunk.Finish finish) {

    public ChatResponse {
        Objects.requireNonNull(text, "text");
        Objects.requireNonNull(refusal, "refusal");
        Objects.requireNonNull(finish, "finish");
        thoughts = List.copyOf(thoughts);
        toolCalls = List.copyOf(toolCalls);
    }

    /** Plain text that ended by itself: handy for providers of one's own. */
    public static ChatResponse of(String provider, String model, String text) {
        return new ChatResponse(
                text,
                "",
                List.of(),
                List.of(),
                new StreamChunk.Finish(FinishReason.STOP, Usage.none(), Receipt.none(), Served.by(provider, model)));
    }

    public FinishReason finishReason() {
        return finish.reason();
    }

    public Usage usage() {
        return finish.usage();
    }

    public Receipt receipt() {
        return finish.receipt();
    }

    public Served served() {
        return finish.served();
    }

    /** All it tells of its reasoning. */
    public String reasoning() {
        return thoughts.stream().map(Thought::text).collect(Collectors.joining());
    }

    /** The answer as a turn of the conversation, to be sent back with the next question. */
    public Message.Assistant message() {
        return new Message.Assistant(text, toolCalls, thoughts);
    }

    /** Whether the model said nothing a caller could use. */
    public boolean isEmpty() {
        return text.isEmpty() && toolCalls.isEmpty();
    }

    public ChatResponse withFinish(StreamChunk.Finish finish) {
        return new ChatResponse(text, refusal, thoughts, toolCalls, finish);
    }

    /** Names the size and who served it; what it says is nobody else's business. */
    @Override
    public String toString() {
        return "ChatResponse[" + text.length() + " characters, toolCalls=" + toolCalls.size() + ", reason="
                + finishReason() + ", by " + served().provider() + "/" + served().model() + "]";
    }
}
