package dev.understudy.guard;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import org.jspecify.annotations.Nullable;

/**
 * Maps what a provider signals to a typed failure: exceptions of any type, and answers that arrive as a success but hold
 * nothing usable. Messages of exceptions of other libraries are not repeated, because they may hold secrets; the exception
 * itself is kept as the cause.
 */
public final class FailureClassifier {

    private FailureClassifier() {}

    /** Returns a {@link ChatException.CallFailed} as it is, and wraps every other exception in one. */
    public static ChatException.CallFailed typed(Throwable error) {
        if (error instanceof ChatException.CallFailed typed) {
            return typed;
        }
        return new ChatException.CallFailed(failure(error), error);
    }

    /** Returns the failure that an exception stands for. One of a nested understudy that is exhausted is not retried. */
    public static Failure failure(Throwable error) {
        Failure failure = Failure.of(error);
        return error instanceof ChatException.Exhausted ? failure.withShouldRetry(false) : failure;
    }

    /** Returns the failure of an answer that holds nothing usable, {@code null} for an answer that can be delivered. */
    public static @Nullable Failure unusable(ChatResponse response) {
        return response.isEmpty() ? unusable(response.finishReason(), response.refusal()) : null;
    }

    /** Returns the failure of an answer without content: a refusal, a filtered answer, a failed one, or an empty one. */
    public static Failure unusable(FinishReason reason, String refusal) {
        if (!refusal.isEmpty()) {
            return Failure.of(FailureKind.CONTENT_FILTERED, "the model refused: " + refusal);
        }
        return switch (reason) {
            case CONTENT_FILTER -> Failure.of(FailureKind.CONTENT_FILTERED, "the answer was filtered");
            case ERROR -> Failure.of(FailureKind.SERVER, "the vendor reports that generation failed");
            default -> Failure.of(FailureKind.EMPTY, "a success without text and without a tool call");
        };
    }
}
