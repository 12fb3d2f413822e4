package dev.understudy.call;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.Message;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Judges finished answers with neither text nor a tool call, in one way for whole answers and streams. Pure. */
final class EmptyAnswer {

    /** Limit of tokens up to which an answer without text is what the caller may expect. */
    private static final int FEW_TOKENS = 16;

    private EmptyAnswer() {}

    /**
     * Returns the failure that an answer without text and tool call stands for; {@code null} if it is a valid answer: one
     * that ended at a token limit, a paused turn, the end of a turn behind a tool result, or one limited to few tokens.
     *
     * @param request the request as sent
     * @param reason the finish reason
     * @param refusal the model's refusal, "" without one
     */
    static @Nullable Failure failure(ChatRequest request, FinishReason reason, String refusal) {
        if (!refusal.isEmpty()) {
            return Failure.of(FailureKind.CONTENT_FILTERED, "the model refused: " + refusal);
        }
        return switch (reason) {
            case LENGTH, PAUSE -> null;
            case CONTENT_FILTER -> Failure.of(FailureKind.CONTENT_FILTERED, "the answer was filtered");
            case ERROR -> Failure.of(FailureKind.SERVER, "the vendor reports that generation failed");
            case STOP -> isToolResultLast(request) || isLimitedToFewTokens(request) ? null : empty();
            case TOOL_CALLS, OTHER -> empty();
        };
    }

    private static Failure empty() {
        return Failure.of(FailureKind.EMPTY, "a success without text and without a tool call");
    }

    private static boolean isToolResultLast(ChatRequest request) {
        List<Message> messages = request.messages();
        return messages.get(messages.size() - 1) instanceof Message.ToolResult;
    }

    private static boolean isLimitedToFewTokens(ChatRequest request) {
        Integer most = request.sampling().maxTokens();
        return most != null && most <= FEW_TOKENS;
    }
}
