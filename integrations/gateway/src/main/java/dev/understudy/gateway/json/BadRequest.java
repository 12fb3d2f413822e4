package dev.understudy.gateway.json;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Signals an invalid request. The message says how to correct it. */
public final class BadRequest extends RuntimeException {

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

    /**
     * Returns the error of a field.
     *
     * @param field path in the request, for example {@code messages[1].content}
     */
    public static BadRequest field(String field, String message) {
        return new BadRequest(400, "invalid_value", field, message, null);
    }

    public static BadRequest request(int status, String code, String message) {
        return new BadRequest(status, code, null, message, null);
    }

    /**
     * Returns the error of a request that may be sent again.
     *
     * @param retryAfter time to wait
     */
    public static BadRequest later(int status, String code, String message, Duration retryAfter) {
        return new BadRequest(status, code, null, message, retryAfter);
    }

    /** Returns true if the request is refused before its body was read to the end. */
    public boolean endsConnection() {
        return switch (status) {
            case 401, 403, 408, 413, 415, 421, 429, 503 -> true;
            default -> false;
        };
    }

    public int status() {
        return status;
    }

    public String code() {
        return code;
    }

    public @Nullable String field() {
        return field;
    }

    public @Nullable Duration retryAfter() {
        return retryAfter;
    }

    public String what() {
        return String.valueOf(getMessage());
    }
}
