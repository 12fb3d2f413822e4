package dev.understudy.provider;

import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Stands in until the real one is merged. */
final class ErrorTyping {
    private ErrorTyping() {}

    static Failure http(int status, Function<String, @Nullable String> header, byte[] body) {
        return Failure.of(FailureKind.SERVER, "HTTP error").withStatus(status, null);
    }

    static Failure inBand(byte[] payload, int offset, int length) {
        return Failure.of(FailureKind.SERVER, "in-band error of " + length + " bytes");
    }
}
