package dev.understudy.gateway.key;

import java.time.Duration;

/**
 * Refusal of a call by the limits of its client.
 *
 * @param reason the limit
 * @param after time after which the limit may allow a call
 */
public record Refusal(Reason reason, Duration after) {

    /** A limit of a client. */
    public enum Reason {
        /** Calls within a minute. */
        REQUESTS,
        /** Tokens within a minute. */
        TOKENS,
        /** Calls at once. */
        CONCURRENT,
        /** Budget of a period. */
        BUDGET
    }
}
