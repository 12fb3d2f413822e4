package dev.understudy.gateway.messages;

import dev.understudy.gateway.json.JsonFields;
import dev.understudy.gateway.protocol.CallError;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Writes errors in the form of Anthropic's API. */
public final class MessagesError {

    /** Status of Anthropic's API for an overload. */
    private static final int OVERLOADED = 529;

    private MessagesError() {}

    /** Returns the status of an error. */
    public static int status(CallError error) {
        return error.status() == 503 ? OVERLOADED : error.status();
    }

    /**
     * Returns the body of an error.
     *
     * @param requestId id of the request; null if it has none
     */
    public static ObjectNode body(CallError error, @Nullable String requestId) {
        ObjectNode body = JsonFields.JSON.createObjectNode().put("type", "error");
        ObjectNode inner = body.putObject("error").put("type", type(error)).put("message", error.message());
        if (error.code() != null) {
            inner.put("code", error.code());
        }
        if (requestId != null) {
            body.put("request_id", requestId);
        }
        return body;
    }

    private static String type(CallError error) {
        if (error.status() == 429) {
            return "insufficient_quota".equals(error.code()) ? "billing_error" : "rate_limit_error";
        }
        return switch (error.status()) {
            case 401 -> "authentication_error";
            case 402 -> "billing_error";
            case 403 -> "permission_error";
            case 404 -> "not_found_error";
            case 408, 504 -> "timeout_error";
            case 413 -> "request_too_large";
            case 503, OVERLOADED -> "overloaded_error";
            default -> error.status() < 500 ? "invalid_request_error" : "api_error";
        };
    }
}
