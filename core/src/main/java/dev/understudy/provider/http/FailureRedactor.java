package dev.understudy.provider.http;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.Failure;
import dev.understudy.provider.text.Redactor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Removes secrets of an endpoint from its failures, with the redactor that knows the present ones. */
record FailureRedactor(Supplier<Redactor> current) {

    /** Removes keys from a failure before it leaves the provider. */
    CallFailed redacted(Throwable error) {
        CallFailed failed = TransportErrors.beforeAnswer(error);
        Failure failure = failed.failure();
        Redactor redactor = current.get();
        Failure safe = failure.withMessage(redactor.redact(failure.message()))
                .withStatus(failure.status(), redacted(redactor, failure.code()))
                .withRefusedParameter(redacted(redactor, failure.advice().refusedParameter()));
        // Netty's messages repeat unreadable input, in which a server may have echoed a key.
        boolean clean = failed.getCause() == null || redactor.isClean(failed.getCause());
        return (clean ? failed.with(safe) : new CallFailed(safe)).withVendorText(() -> text(redactor, failed));
    }

    private static @Nullable String text(Redactor redactor, CallFailed failed) {
        String text = failed.vendorText();
        return text == null ? null : redactor.redact(text);
    }

    private static @Nullable String redacted(Redactor redactor, @Nullable String word) {
        return word == null ? null : redactor.redact(word);
    }
}
