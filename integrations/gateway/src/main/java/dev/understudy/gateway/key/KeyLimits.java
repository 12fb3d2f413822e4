package dev.understudy.gateway.key;

import org.jspecify.annotations.Nullable;

/**
 * Limits of a client. {@code null} is no limit.
 *
 * @param requestsPerMinute calls within a minute
 * @param tokensPerMinute tokens of prompts and answers within a minute
 * @param concurrent calls at once, streams included
 * @param budget amounts to spend in a period
 */
public record KeyLimits(
        @Nullable Integer requestsPerMinute,
        @Nullable Integer tokensPerMinute,
        @Nullable Integer concurrent,
        @Nullable Budget budget) {

    /** No limits. */
    public static final KeyLimits NONE = new KeyLimits(null, null, null, null);
}
