package dev.understudy;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import java.io.IOException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Maps what a provider signals to a typed failure: exceptions of any type, and answers that arrive as a success but hold
 * nothing usable. Messages of exceptions of other libraries are not repeated, because they may hold secrets; the exception
 * itself is kept as the cause.
 */
final class FailureClassifier {

    private FailureClassifier() {}

    /** Returns a {@link ChatException.CallFailed} as it is, and wraps every other exception in one. */
    static ChatException.CallFailed typed(Throwable error) {
        if (error instanceof ChatException.CallFailed typed) {
            return typed;
        }
        return new ChatException.CallFailed(failure(error), error);
    }

    /** Returns the failure that an exception stands for; unknown exceptions are judged by types of the JDK only. */
    static Failure failure(Throwable error) {
        if (error instanceof ChatException.CallFailed typed) {
            return typed.failure();
        }
        if (error instanceof ChatException.Exhausted inner) {
            // An understudy inside an understudy has already done what could be done there.
            Failure first = inner.trail().cause().orElseGet(() -> Failure.of(FailureKind.SERVER, inner.why()));
            return first.withShouldRetry(false);
        }
        if (error instanceof ChatException.PartialAnswer partial) {
            return partial.failure();
        }
        if (error instanceof ChatException.Rejected rejected) {
            return Failure.of(FailureKind.UNSUPPORTED, String.valueOf(rejected.getMessage()));
        }
        if (error instanceof TimeoutException) {
            return Failure.of(FailureKind.TIMEOUT, "the provider gave up waiting");
        }
        if (error instanceof IOException) {
            return Failure.of(FailureKind.CONNECT, error.getClass().getSimpleName());
        }
        return Failure.of(
                FailureKind.PROTOCOL,
                "the provider failed with " + error.getClass().getName());
    }

    /** Returns the failure of an answer that holds nothing usable, {@code null} for an answer that can be delivered. */
    static @Nullable Failure unusable(ChatResponse response) {
        return response.isEmpty() ? unusable(response.finishReason(), response.refusal()) : null;
    }

    /** Returns the failure of an answer without content: a refusal, a filtered answer, a failed one, or an empty one. */
    static Failure unusable(FinishReason reason, String refusal) {
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
