package dev.understudy.provider.error;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import java.util.Arrays;

/**
 * An error that came with status 200, as decoders throw it: typed already, and to be typed again by {@link #typed} once
 * the request is at hand. Never leaves a provider.
 */
public final class InBandError extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final byte[] payload;
    private final String code;

    private InBandError(byte[] payload, String code) {
        super(null, null, false, false);
        this.payload = payload;
        this.code = code;
    }

    public static CallFailed of(byte[] payload, int offset, int length) {
        return of(payload, offset, length, "");
    }

    /** @param code the type that is told beside the payload; "" for none */
    public static CallFailed of(byte[] payload, int offset, int length, String code) {
        byte[] kept = Arrays.copyOfRange(payload, offset, offset + length);
        return new CallFailed(failure(kept, code, CallerText.NONE), new InBandError(kept, code));
    }

    /** A body with status 200 that holds no answer: the error it tells of, or PROTOCOL. */
    public static CallFailed noAnswer(byte[] body, String what) {
        Failure failure = ErrorClassifier.noAnswer(body, what);
        return failure.kind() == FailureKind.PROTOCOL
                ? new CallFailed(failure)
                : new CallFailed(failure, new InBandError(body, ""));
    }

    /** Types the failure again by words that the request does not contain. */
    public static Throwable typed(Throwable failed, CallerText caller) {
        if (!(failed instanceof CallFailed call && call.getCause() instanceof InBandError told)) {
            return failed;
        }
        Failure was = call.failure();
        Failure now = failure(told.payload, told.code, caller);
        return new CallFailed(was.phase() == null ? now : now.withPhase(was.phase()));
    }

    private static Failure failure(byte[] payload, String code, CallerText caller) {
        return ErrorClassifier.inBand(
                ErrorBodyReader.read(payload, 0, payload.length, caller).withCode(code), caller);
    }
}
