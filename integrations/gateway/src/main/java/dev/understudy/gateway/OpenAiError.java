package dev.understudy.gateway;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import java.time.Duration;
import java.util.Comparator;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * An error in the form of OpenAI's API.
 *
 * @param status HTTP status
 * @param type OpenAI's error type
 * @param code OpenAI's error code
 * @param field the invalid field of the request
 * @param message message without secrets
 * @param retryAfter delay after which a retry may succeed, if known
 */
record OpenAiError(
        int status,
        String type,
        @Nullable String code,
        @Nullable String field,
        String message,
        @Nullable Duration retryAfter) {

    private static final String THEIRS = "invalid_request_error";
    private static final String OURS = "server_error";

    static OpenAiError of(Throwable error) {
        if (error instanceof BadRequest badRequest) {
            return new OpenAiError(
                    badRequest.status(),
                    THEIRS,
                    badRequest.code(),
                    badRequest.field(),
                    badRequest.what(),
                    badRequest.retryAfter());
        }
        if (error instanceof ChatException.Exhausted exhausted) {
            Throwable first = exhausted.getCause();
            Failure failure = first instanceof ChatException.CallFailed failed
                    ? failed.failure()
                    : Failure.of(FailureKind.SKIPPED, exhausted.reason());
            return of(failure, text(error), soonest(exhausted.attemptLog()));
        }
        if (error instanceof ChatException.CallFailed failed) {
            return of(failed.failure(), text(error), failed.failure().advice().retryAfter());
        }
        if (error instanceof ChatException.PartialAnswer partial) {
            return of(partial.failure(), text(error), partial.failure().advice().retryAfter());
        }
        if (error instanceof ChatException.Rejected) {
            return new OpenAiError(400, THEIRS, "not_possible", null, text(error), null);
        }
        // only the library's own exceptions are known to hold no secrets
        return new OpenAiError(500, OURS, "internal_error", null, "The gateway failed", null);
    }

    private static OpenAiError of(Failure failure, String message, @Nullable Duration retryAfter) {
        return switch (failure.kind()) {
            case CONTEXT_OVERFLOW -> theirs(400, "context_length_exceeded", message);
            case REQUEST_TOO_LARGE -> theirs(413, "request_too_large", message);
            case CONTENT_FILTERED -> theirs(400, "content_policy_violation", message);
            case UNSUPPORTED -> theirs(400, "unsupported_value", message);
            case INVALID_REQUEST, TOOL_REJECTED -> theirs(400, "invalid_request", message);
            case MODEL_NOT_FOUND -> theirs(404, "model_not_found", message);
            case RATE_LIMITED -> rateLimited(message, retryAfter);
            case QUOTA -> new OpenAiError(429, "insufficient_quota", "insufficient_quota", null, message, retryAfter);
            case OVERLOADED -> ours(503, "overloaded", message, retryAfter);
            case SKIPPED ->
                retryAfter == null ? ours(503, "overloaded", message, null) : rateLimited(message, retryAfter);
            case TIMEOUT -> ours(504, "timeout", message, retryAfter);
            // an API key that the vendor refuses is an error of the gateway, not of the client
            case AUTH, FORBIDDEN, CONNECT, SERVER, PROTOCOL, TRUNCATED, EMPTY ->
                ours(502, "upstream_" + failure.kind().label(), message, retryAfter);
        };
    }

    private static OpenAiError rateLimited(String message, @Nullable Duration retryAfter) {
        return new OpenAiError(429, "rate_limit_error", "rate_limit_exceeded", null, message, retryAfter);
    }

    private static OpenAiError theirs(int status, String code, String message) {
        return new OpenAiError(status, THEIRS, code, null, message, null);
    }

    private static OpenAiError ours(int status, String code, String message, @Nullable Duration retryAfter) {
        return new OpenAiError(status, OURS, code, null, message, retryAfter);
    }

    private static @Nullable Duration soonest(AttemptLog attemptLog) {
        return attemptLog.attempts().stream()
                .map(AttemptLog.Attempt::failure)
                .filter(Objects::nonNull)
                .map(failure -> failure.advice().retryAfter())
                .filter(Objects::nonNull)
                .min(Comparator.naturalOrder())
                .orElse(null);
    }

    private static String text(Throwable error) {
        return String.valueOf(error.getMessage());
    }

    /** All routes were tried already: an immediate retry of the client would only add load, unless a delay is known. */
    boolean isWorthRepeating() {
        return retryAfter != null;
    }

    String json() {
        ObjectNode body = JsonFields.JSON.createObjectNode();
        ObjectNode error = body.putObject("error");
        error.put("message", message);
        error.put("type", type);
        error.put("param", field);
        error.put("code", code);
        return body.toString();
    }
}
