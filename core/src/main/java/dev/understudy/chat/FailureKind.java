package dev.understudy.chat;

import java.util.Locale;

/** Kind of a failure. Decides about retry and failover; docs/decisions.md lists the consequences of each kind. */
public enum FailureKind {
    /** No connection: refused, name not found, TLS, connect timeout, or reset before the first byte of a response. */
    CONNECT,
    /** A timeout; {@link Failure#phase()} says which. */
    TIMEOUT,
    /** Error of the vendor's server: 500, 502, 504, 52x, 408, 409, 425. */
    SERVER,
    /** The vendor has no capacity: 503, 529. */
    OVERLOADED,
    /** Too many requests or tokens for this key: 429. */
    RATE_LIMITED,
    /** Credit or plan is used up; a short wait does not help. */
    QUOTA,
    /** The API key is invalid. */
    AUTH,
    /** The API key is valid but not permitted: region, plan, permission. */
    FORBIDDEN,
    /** The model does not exist at this provider. */
    MODEL_NOT_FOUND,
    /** The conversation exceeds the model's context window. */
    CONTEXT_OVERFLOW,
    /** The request exceeds a limit of this account or proxy: bytes, or tokens per minute. Other routes may accept it. */
    REQUEST_TOO_LARGE,
    /** The vendor's content policy, or the model, refuses to answer. */
    CONTENT_FILTERED,
    /** The model generated a tool call that the vendor does not accept; a retry may succeed. */
    TOOL_REJECTED,
    /** A parameter or a feature is not supported by this model. */
    UNSUPPORTED,
    /** The vendor reports an invalid request. */
    INVALID_REQUEST,
    /** The answer ended without a finish reason. */
    TRUNCATED,
    /** A successful response without text and without a tool call. */
    EMPTY,
    /** The response is not valid in this dialect: bad JSON, bad UTF-8, a limit exceeded, a redirect. */
    PROTOCOL,
    /** The route was not asked: cooldown, open circuit, rate limit reached, or a needed feature is missing. */
    SKIPPED;

    private final String label = name().toLowerCase(Locale.ROOT);

    /**
     * Returns the name in lower case, as in messages and metrics.
     *
     * @return the label
     */
    public String label() {
        return label;
    }
}
