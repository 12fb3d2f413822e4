package dev.understudy.springai;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.FailureKind;
import org.springframework.ai.retry.NonTransientAiException;
import org.springframework.ai.retry.TransientAiException;

/** Maps failures to the exceptions of Spring AI. */
final class AiExceptions {

    private AiExceptions() {}

    /** Returns Spring AI's exception with the failure as its cause, and other errors unchanged. */
    static Throwable of(Throwable error) {
        if (!(error instanceof ChatException failed)) {
            return error;
        }
        String message = String.valueOf(failed.getMessage());
        return isTransient(failed.failure().kind())
                ? new TransientAiException(message, failed)
                : new NonTransientAiException(message, failed);
    }

    private static boolean isTransient(FailureKind kind) {
        return switch (kind) {
            case CONNECT, TIMEOUT, SERVER, OVERLOADED, RATE_LIMITED, TRUNCATED, EMPTY, PROTOCOL, SKIPPED -> true;
            case QUOTA,
                    AUTH,
                    FORBIDDEN,
                    MODEL_NOT_FOUND,
                    CONTEXT_OVERFLOW,
                    REQUEST_TOO_LARGE,
                    CONTENT_FILTERED,
                    TOOL_REJECTED,
                    UNSUPPORTED,
                    INVALID_REQUEST -> false;
        };
    }
}
