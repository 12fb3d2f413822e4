package dev.understudy;

/**
 * What a provider may be asked for. A route over its limit is skipped, or waited for briefly when nobody else is left; no
 * call queues. 0 is no limit.
 *
 * @param requestsPerMinute attempts in a minute
 * @param tokensPerMinute tokens of prompt and answer in a minute: estimated before, corrected from the usage after
 * @param concurrent attempts at once
 */
public record RateLimits(int requestsPerMinute, int tokensPerMinute, int concurrent) {

    private static final RateLimits NONE = new RateLimits(0, 0, 0);

    public RateLimits {
        if (requestsPerMinute < 0 || tokensPerMinute < 0 || concurrent < 0) {
            throw new IllegalArgumentException("A rate limit is 1 or more, or 0 for none: " + requestsPerMinute + ", "
                    + tokensPerMinute + ", " + concurrent);
        }
    }

    public static RateLimits none() {
        return NONE;
    }

    public RateLimits withRequestsPerMinute(int requests) {
        return new RateLimits(requests, tokensPerMinute, concurrent);
    }

    public RateLimits withTokensPerMinute(int tokens) {
        return new RateLimits(requestsPerMinute, tokens, concurrent);
    }

    public RateLimits withConcurrent(int attempts) {
        return new RateLimits(requestsPerMinute, tokensPerMinute, attempts);
    }
}
