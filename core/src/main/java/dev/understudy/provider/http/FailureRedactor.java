package dev.understudy.provider.http;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.Failure;
import dev.understudy.provider.text.Redactor;
import org.jspecify.annotations.Nullable;

/** Removes secrets of an endpoint from its failures. */
record FailureRedactor(Redactor redactor) {

    /** Removes keys from a failure before it leaves the provider. */
    CallFailed redacted(Throwable error) {
        CallFailed failed = TransportErrors.typed(error, false);
        Failure failure = failed.failure();
        Failure safe = failure.withMessage(redactor.redact(failure.message()))
                .withStatus(failure.status(), redacted(failure.code()))
                .withRefusedParameter(redacted(failure.advice().refusedParameter()));
        // Netty's messages repeat unreadable input, in which a server may have echoed a key.
        boolean clean = failed.getCause() == null || redactor.isClean(failed.getCause());
        return clean ? failed.with(safe) : new CallFailed(safe);
    }

    private @Nullable String redacted(@Nullable String word) {
        return word == null ? null : redactor.redact(word);
    }
}
