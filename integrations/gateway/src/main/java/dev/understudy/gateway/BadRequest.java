package dev.understudy.gateway;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Signals an invalid request. The message says how to correct it. */
final class BadRequest extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;
    private final @Nullable String field;
    private final transient @Nullable Duration retryAfter;

    private BadRequest(int status, String code, @Nullable String field, String message, @Nullable Duration retryAfter) {
        super(message, null, false, false);
        this.status = status;
        this.code = code;
        this.field = field;
        this.retryAfter = retryAfter;
    }

    /** @param field path in the request, for example {@code messages[1].content} */
    static BadRequest field(String field, String message) {
        return new BadRequest(400, "invalid_value", field, message, null);
    }

    static BadRequest request(int status, String code, String message) {
        return new BadRequest(status, code, null, message, null);
    }

    /** @param retryAfter time after which the request may be sent again */
    static BadRequest later(int status, String code, String message, Duration retryAfter) {
        return new BadRequest(status, code, null, message, retryAfter);
    }

    /** Returns true if the request is refused before its body was read to the end. */
    boolean endsConnection() {
        return switch (status) {
            case 401, 403, 408, 413, 415, 421, 429, 503 -> true;
            default -> false;
        };
    }

    int status() {
        return status;
    }

    String code() {
        return code;
    }

    @Nullable
    String field() {
        return field;
    }

    @Nullable
    Duration retryAfter() {
        return retryAfter;
    }

    String what() {
        return String.valueOf(getMessage());
    }
}
