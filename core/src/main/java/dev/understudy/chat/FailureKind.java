package dev.understudy.chat;

import java.util.Locale;

/** What went wrong, as far as it matters for what to do next. docs/decisions.md tells what follows from each. */
public enum FailureKind {
    /** No connection: refused, name not found, TLS, connect timeout, or reset before a byte came back. */
    CONNECT,
    /** Silence for too long; {@link Failure#phase()} tells where. */
    TIMEOUT,
    /** The vendor broke: 500, 502, 504, 52x, 408, 409, 425. */
    SERVER,
    /** The vendor has no capacity: 503, 529. */
    OVERLOADED,
    /** Too many requests or tokens of this key: 429. */
    RATE_LIMITED,
    /** Money or plan is used up. Waiting a moment does not help. */
    QUOTA,
    /** The key is wrong. */
    AUTH,
    /** The key is right but not allowed: region, plan, permission. */
    FORBIDDEN,
    /** The model is not there. */
    MODEL_NOT_FOUND,
    /** The conversation does not fit the model's window. */
    CONTEXT_OVERFLOW,
    /** The vendor's policy, or the model, refuses to answer. */
    CONTENT_FILTERED,
    /** The model called a tool in a way the vendor does not accept; asked again it may do better. */
    TOOL_REJECTED,
    /** A parameter or a feature is not supported by this model. */
    UNSUPPORTED,
    /** The vendor does not understand the request. */
    INVALID_REQUEST,
    /** The answer ended without a finish reason. */
    TRUNCATED,
    /** A success without text and without a tool call. */
    EMPTY,
    /** What came is no answer in this dialect: bad JSON, bad UTF-8, over a limit, a redirect. */
    PROTOCOL,
    /** Not asked at all: gated, circuit open, at its limit, or it lacks what the request needs. */
    SKIPPED;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** The name in lower case, as it stands in messages and metrics. */
    public String label() {
        return label;
    }
}
