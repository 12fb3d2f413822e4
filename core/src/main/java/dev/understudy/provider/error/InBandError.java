package dev.understudy.provider.error;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import java.util.Arrays;

/**
 * Cause of a failure that a decoder found in a response with status 200. Keeps the payload, so that {@link #typed}
 * can classify it again once the text of the request is known. Never leaves a provider.
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

    /** Returns the failure of an error event; {@code code} is the type given beside the payload, "" for none. */
    public static CallFailed of(byte[] payload, int offset, int length, String code) {
        byte[] kept = Arrays.copyOfRange(payload, offset, offset + length);
        return new CallFailed(failure(kept, code, CallerText.NONE), new InBandError(kept, code));
    }

    /** Returns the failure for a body with status 200 that holds no answer: the error it reports, or PROTOCOL. */
    public static CallFailed noAnswer(byte[] body, String what) {
        Failure failure = ErrorClassifier.noAnswer(body, what);
        return failure.kind() == FailureKind.PROTOCOL
                ? new CallFailed(failure)
                : new CallFailed(failure, new InBandError(body, ""));
    }

    /** Classifies the failure again by words that the request does not contain; returns other errors unchanged. */
    public static Throwable typed(Throwable failed, CallerText caller) {
        if (!(failed instanceof CallFailed call && call.getCause() instanceof InBandError told)) {
            return failed;
        }
        Failure was = call.failure();
        Failure now = failure(told.payload, told.code, caller);
        return VendorText.in(told.payload, new CallFailed(was.phase() == null ? now : now.withPhase(was.phase())));
    }

    private static Failure failure(byte[] payload, String code, CallerText caller) {
        return ErrorClassifier.inBand(
                ErrorBodyReader.read(payload, 0, payload.length, caller).withCode(code), caller);
    }
}
