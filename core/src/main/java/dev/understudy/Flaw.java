package dev.understudy;

import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import org.jspecify.annotations.Nullable;

/** What is wrong with an answer that arrived as a success. */
final class Flaw {

    private Flaw() {}

    static @Nullable Failure of(ChatResponse response) {
        return response.isEmpty() ? of(response.finishReason(), response.refusal()) : null;
    }

    /** An answer that says nothing: a refusal, a filtered one, a failed one, or just empty. */
    static Failure of(FinishReason reason, String refusal) {
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
