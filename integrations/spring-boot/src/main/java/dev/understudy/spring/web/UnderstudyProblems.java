package dev.understudy.spring.web;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.FailureKind;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;

/**
 * Problem details (RFC 9457) of failed calls, for clients of the application. They name the kind of the failure and no
 * provider, model, key or prompt; the message of the exception does, and belongs in logs.
 */
public final class UnderstudyProblems {

    private UnderstudyProblems() {}

    /**
     * Describes a failure.
     *
     * @param error failure of a call
     * @return the problem, with the property {@code kind}
     */
    public static ProblemDetail of(ChatException error) {
        FailureKind kind = error.failure().kind();
        ChatException.Rejected.Reason reason =
                error instanceof ChatException.Rejected rejected ? rejected.reason() : null;
        HttpStatus status =
                reason == ChatException.Rejected.Reason.CODE_FAILED ? HttpStatus.INTERNAL_SERVER_ERROR : status(kind);
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, detail(kind, reason));
        String label = reason == null ? kind.label() : "rejected";
        problem.setType(URI.create("urn:understudy:problem:" + label.replace('_', '-')));
        problem.setTitle(status.getReasonPhrase());
        problem.setProperty("kind", label);
        return problem;
    }

    /**
     * Returns the header fields of the response: {@code Retry-After} where the time is known, in whole seconds.
     *
     * @param error failure of a call
     * @return the header fields
     */
    public static HttpHeaders headers(ChatException error) {
        HttpHeaders headers = new HttpHeaders();
        Duration wait = retryAfter(error);
        if (wait != null) {
            headers.set(
                    HttpHeaders.RETRY_AFTER,
                    Long.toString(Math.max(1, wait.plusMillis(999).toSeconds())));
        }
        return headers;
    }

    private static @Nullable Duration retryAfter(ChatException error) {
        return error.failure().retryAfter();
    }

    private static HttpStatus status(FailureKind kind) {
        return switch (kind) {
            case UNSUPPORTED, INVALID_REQUEST -> HttpStatus.BAD_REQUEST;
            case CONTEXT_OVERFLOW, REQUEST_TOO_LARGE -> HttpStatus.CONTENT_TOO_LARGE;
            case CONTENT_FILTERED -> HttpStatus.UNPROCESSABLE_CONTENT;
            case RATE_LIMITED, QUOTA, OVERLOADED, SKIPPED -> HttpStatus.SERVICE_UNAVAILABLE;
            case TIMEOUT -> HttpStatus.GATEWAY_TIMEOUT;
            // an API key that a vendor refuses is no error of the client
            case AUTH, FORBIDDEN, MODEL_NOT_FOUND, CONNECT, SERVER, PROTOCOL, TRUNCATED, EMPTY, TOOL_REJECTED ->
                HttpStatus.BAD_GATEWAY;
        };
    }

    private static String detail(FailureKind kind, ChatException.Rejected.@Nullable Reason reason) {
        if (reason == ChatException.Rejected.Reason.CODE_FAILED) {
            return "The application failed";
        }
        if (reason == ChatException.Rejected.Reason.UNSUPPORTED) {
            return "No configured provider can answer this request";
        }
        return switch (kind) {
            case UNSUPPORTED -> "The model does not support this request";
            case INVALID_REQUEST -> "The request is invalid";
            case CONTEXT_OVERFLOW -> "The conversation is longer than the context window of the model";
            case REQUEST_TOO_LARGE -> "The request is too large";
            case CONTENT_FILTERED -> "The request was refused by a content policy";
            case RATE_LIMITED, QUOTA, OVERLOADED, SKIPPED -> "The model has no capacity at the moment";
            case TIMEOUT -> "The model did not answer in time";
            default -> "The model could not be reached, or its answer was invalid";
        };
    }
}
