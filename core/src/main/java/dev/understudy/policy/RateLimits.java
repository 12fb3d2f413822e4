package dev.understudy.policy;

import org.jspecify.annotations.Nullable;

/**
 * Limits of what one provider is asked for. A route over its limit is skipped, or waited for briefly when no other route is
 * left; no call queues. {@code null} is no limit.
 *
 * @param requestsPerMinute attempts in a minute, 1 or more
 * @param tokensPerMinute tokens of prompt and answer in a minute, 1 or more: estimated before, corrected from the usage after
 * @param concurrent attempts at once, 1 or more
 */
public record RateLimits(
        @Nullable Integer requestsPerMinute,
        @Nullable Integer tokensPerMinute,
        @Nullable Integer concurrent) {

    private static final RateLimits NONE = new RateLimits(null, null, null);

    public RateLimits {
        if (below(requestsPerMinute) || below(tokensPerMinute) || below(concurrent)) {
            throw new IllegalArgumentException("A rate limit is 1 or more, or null for none: " + requestsPerMinute
                    + ", " + tokensPerMinute + ", " + concurrent);
        }
    }

    /** No limits: the default. */
    public static RateLimits none() {
        return NONE;
    }

    public RateLimits withRequestsPerMinute(@Nullable Integer requests) {
        return new RateLimits(requests, tokensPerMinute, concurrent);
    }

    public RateLimits withTokensPerMinute(@Nullable Integer tokens) {
        return new RateLimits(requestsPerMinute, tokens, concurrent);
    }

    public RateLimits withConcurrent(@Nullable Integer attempts) {
        return new RateLimits(requestsPerMinute, tokensPerMinute, attempts);
    }

    private static boolean below(@Nullable Integer limit) {
        return limit != null && limit < 1;
    }
}
