package dev.understudy.guard;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import org.jspecify.annotations.Nullable;

/**
 * Types the exceptions of providers. Messages of exceptions of other libraries are not repeated, because they may hold
 * secrets; the exception itself is kept as the cause.
 *
 * @param classifier knows exceptions of other libraries; what it does not know is typed by the JDK's types
 */
public record FailureTyping(Failure.Classifier classifier) {

    /** Returns a {@link ChatException.CallFailed} as it is, and wraps every other exception in one. */
    public ChatException.CallFailed typed(Throwable error) {
        if (error instanceof ChatException.CallFailed typed) {
            return typed;
        }
        return new ChatException.CallFailed(failure(error), error);
    }

    /** Returns the failure that an exception stands for. One of a nested understudy that is exhausted is not retried. */
    public Failure failure(Throwable error) {
        if (error instanceof ChatException) {
            Failure failure = Failure.of(error);
            return error instanceof ChatException.Exhausted ? failure.withShouldRetry(false) : failure;
        }
        Failure failure = error instanceof VirtualMachineError ? null : classified(error);
        return failure != null ? failure : Failure.of(error);
    }

    private @Nullable Failure classified(Throwable error) {
        try {
            return classifier.classify(error);
        } catch (RuntimeException | LinkageError thrown) { // by code of the caller
            return null;
        }
    }
}
