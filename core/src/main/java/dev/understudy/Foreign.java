package dev.understudy;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import java.io.IOException;
import java.util.concurrent.TimeoutException;

/**
 * Types what providers signal. Ours signal typed failures; those of others signal anything, and are judged by JDK types
 * only. Messages of foreign exceptions are not repeated, for nobody knows what is in them: the exception itself is the
 * cause.
 */
final class Foreign {

    private Foreign() {}

    static ChatException.CallFailed typed(Throwable error) {
        if (error instanceof ChatException.CallFailed typed) {
            return typed;
        }
        return new ChatException.CallFailed(failure(error), error);
    }

    private static Failure failure(Throwable error) {
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
}
