package dev.understudy.guard;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;

/**
 * Maps the exceptions of providers to typed failures. Messages of exceptions of other libraries are not repeated, because they may hold secrets; the exception
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
}
