package dev.understudy.gateway.protocol;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import dev.understudy.gateway.json.BadRequest;
import dev.understudy.gateway.json.JsonFields;
import dev.understudy.streaming.kept.KeptStreamException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * An error as a client is told about it: in the form of OpenAI's API, from which other forms derive.
 *
 * @param status HTTP status
 * @param type OpenAI's error type
 * @param code OpenAI's error code
 * @param field the invalid field of the request
 * @param message message without secrets
 * @param retryAfter delay after which a retry may succeed, if known
 */
public record CallError(
        int status,
        String type,
        @Nullable String code,
        @Nullable String field,
        String message,
        @Nullable Duration retryAfter) {

    private static final String THEIRS = "invalid_request_error";
    private static final String OURS = "server_error";
    private static final Duration RETRY = Duration.ofSeconds(1);

    /** A failure of which only what clients are told is known: that of a stream that another instance may have generated. */
    public static final class Failed extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final transient CallError error;

        private Failed(CallError error) {
            super(error.message, null, false, false);
            this.error = error;
        }

        CallError error() {
            return error;
        }
    }

    /** Returns the error as an exception. */
    public Failed exception() {
        return new Failed(this);
    }

    /** Returns what a client is told about a failure. */
    public static CallError of(Throwable error) {
        if (error instanceof Failed told) {
            return told.error();
        }
        if (error instanceof KeptStreamException kept) {
            return of(kept);
        }
        if (error instanceof BadRequest badRequest) {
            return new CallError(
                    badRequest.status(),
                    type(badRequest.status()),
                    badRequest.code(),
                    badRequest.field(),
                    badRequest.what(),
                    badRequest.retryAfter());
        }
        if (error instanceof ChatException.Rejected rejected) {
            return switch (rejected.reason()) {
                case UNSUPPORTED -> theirs(400, "not_possible", text(error));
                case UNAVAILABLE -> ours(503, "overloaded", text(error), null);
                case CODE_FAILED -> ours(500, "internal_error", text(error), null);
            };
        }
        if (error instanceof ChatException failed) {
            return of(failed.failure(), text(error), failed.failure().retryAfter());
        }
        // only the library's own exceptions are known to hold no secrets
        return new CallError(500, OURS, "internal_error", null, "The gateway failed", null);
    }

    private static CallError of(KeptStreamException error) {
        return switch (error.reason()) {
            case UNKNOWN -> theirs(404, "not_found", "There is no stream of this id: it may have expired");
            case POSITION_LOST -> theirs(410, "stream_lost", "The beginning of this stream is not kept any more");
            case CANCELLED ->
                theirs(410, "stream_cancelled", "This stream was cancelled: nobody has read it for too long");
            case FULL, UNAVAILABLE -> ours(503, "overloaded", "The stream cannot be read now", RETRY);
        };
    }

    private static String type(int status) {
        return status == 429 ? "rate_limit_error" : status >= 500 ? OURS : THEIRS;
    }

    private static CallError of(Failure failure, String message, @Nullable Duration retryAfter) {
        return switch (failure.kind()) {
            case CONTEXT_OVERFLOW -> theirs(400, "context_length_exceeded", message);
            case REQUEST_TOO_LARGE -> theirs(413, "request_too_large", message);
            case CONTENT_FILTERED -> theirs(400, "content_policy_violation", message);
            case UNSUPPORTED -> theirs(400, "unsupported_value", message);
            case INVALID_REQUEST, TOOL_REJECTED -> theirs(400, "invalid_request", message);
            case MODEL_NOT_FOUND -> theirs(404, "model_not_found", message);
            case RATE_LIMITED -> rateLimited(message, retryAfter);
            case QUOTA -> new CallError(429, "insufficient_quota", "insufficient_quota", null, message, retryAfter);
            case OVERLOADED -> ours(503, "overloaded", message, retryAfter);
            case SKIPPED ->
                retryAfter == null ? ours(503, "overloaded", message, null) : rateLimited(message, retryAfter);
            case TIMEOUT -> ours(504, "timeout", message, retryAfter);
            // an API key that the vendor refuses is an error of the gateway, not of the client
            case AUTH, FORBIDDEN, CONNECT, SERVER, PROTOCOL, TRUNCATED, EMPTY ->
                ours(502, "upstream_" + failure.kind().label(), message, retryAfter);
        };
    }

    private static CallError rateLimited(String message, @Nullable Duration retryAfter) {
        return new CallError(429, "rate_limit_error", "rate_limit_exceeded", null, message, retryAfter);
    }

    private static CallError theirs(int status, String code, String message) {
        return new CallError(status, THEIRS, code, null, message, null);
    }

    private static CallError ours(int status, String code, String message, @Nullable Duration retryAfter) {
        return new CallError(status, OURS, code, null, message, retryAfter);
    }

    private static String text(Throwable error) {
        return String.valueOf(error.getMessage());
    }

    /** All routes were tried already: an immediate retry of the client would only add load, unless a delay is known. */
    public boolean isWorthRepeating() {
        return retryAfter != null;
    }

    /** Returns the body of a response in the form of OpenAI's API. */
    public String json() {
        ObjectNode body = JsonFields.JSON.createObjectNode();
        body.set("error", node());
        return body.toString();
    }

    /** Returns the error object of OpenAI's API. */
    public ObjectNode node() {
        return JsonFields.JSON
                .createObjectNode()
                .put("message", message)
                .put("type", type)
                .put("param", field)
                .put("code", code);
    }
}
