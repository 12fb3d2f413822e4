package dev.understudy.guard;

import dev.understudy.policy.ProviderOptions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Enforces the configured rate limits of one provider: concurrent calls, requests and tokens per minute. Never blocks. */
public final class RateLimiter {

    /** Marks an unknown number of used tokens. */
    public static final int UNKNOWN = -1;

    private static final double MINUTE = 60;

    /** Receives requests and tokens taken from the limits per minute; negative numbers are given back. Must not throw. */
    @FunctionalInterface
    public interface Spending {
        void spent(int requests, int tokens);
    }

    private final boolean limited;
    private final ConcurrencyLimit concurrency;
    private final @Nullable TokenBucket requests;
    private final @Nullable TokenBucket tokens;
    private final Spending spending;

    public RateLimiter(ProviderOptions.RateLimits limits, Spending spending, long now) {
        this.spending = spending;
        this.limited = limits.concurrent() != null;
        this.concurrency = new ConcurrencyLimit(limits.concurrent(), limits.queue());
        this.requests = bucket(limits.requestsPerMinute(), now);
        this.tokens = bucket(limits.tokensPerMinute(), now);
    }

    private static @Nullable TokenBucket bucket(@Nullable Integer perMinute, long now) {
        return perMinute == null ? null : new TokenBucket(perMinute, perMinute / MINUTE, now);
    }

    public boolean isOff() {
        return !limited && requests == null && tokens == null;
    }

    public ConcurrencyLimit concurrency() {
        return concurrency;
    }

    /** Takes a call that has a slot from the limits per minute and returns {@code null}; or returns the time to wait and takes nothing. */
    public @Nullable Duration take(int estimate, long now) {
        if (requests != null && !requests.take(1, now)) {
            return Duration.ofNanos(requests.until(1, now));
        }
        if (tokens != null && !tokens.take(estimate, now)) {
            if (requests != null) {
                requests.add(1, now);
            }
            return Duration.ofNanos(tokens.until(estimate, now));
        }
        spending.spent(requests == null ? 0 : 1, tokens == null ? 0 : estimate);
        return null;
    }

    /**
     * Releases the limits of one call, of which the rate limits remain spent.
     *
     * @param used tokens that were used; with {@link #UNKNOWN} the estimate remains counted
     */
    public void release(int estimate, int used, long now) {
        if (tokens != null && used != UNKNOWN) {
            tokens.add((double) estimate - used, now);
            spending.spent(0, (int) Math.max(Integer.MIN_VALUE, (long) used - estimate));
        }
        concurrency.release();
    }

    /** Fills the limits per minute. */
    public void reset(long now) {
        if (requests != null) {
            requests.fill(now);
        }
        if (tokens != null) {
            tokens.fill(now);
        }
    }

    /** Takes from the limits what other instances have taken. */
    public void spentElsewhere(int requestsTaken, int tokensTaken, long now) {
        if (requests != null) {
            requests.add(-(double) requestsTaken, now);
        }
        if (tokens != null) {
            tokens.add(-(double) tokensTaken, now);
        }
    }
}
