package dev.understudy.guard;

import dev.understudy.policy.RateLimits;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Keeps one provider within its rate limits. */
public final class RateLimiter {

    /** How soon it is worth asking again when only a running call must end first. */
    private static final Duration SOON = Duration.ofMillis(100);

    /** Nobody told how many tokens were used. */
    public static final int UNTOLD = -1;

    private static final double MINUTE = 60;

    /** Hears what is taken from the limits per minute, and with less than 0 what is given back. Must not throw. */
    @FunctionalInterface
    public interface Spending {
        void spent(int requests, int tokens);
    }

    private final @Nullable Integer concurrent;
    private final @Nullable TokenBucket requests;
    private final @Nullable TokenBucket tokens;
    private final Spending spending;
    private final AtomicInteger running = new AtomicInteger();

    public RateLimiter(RateLimits limits, Spending spending, long now) {
        this.spending = spending;
        this.concurrent = limits.concurrent();
        this.requests = bucket(limits.requestsPerMinute(), now);
        this.tokens = bucket(limits.tokensPerMinute(), now);
    }

    private static @Nullable TokenBucket bucket(@Nullable Integer perMinute, long now) {
        return perMinute == null ? null : new TokenBucket(perMinute, perMinute / MINUTE, now);
    }

    public boolean isOff() {
        return concurrent == null && requests == null && tokens == null;
    }

    /** Takes its place, which must be given back with {@link #leave}; or how long to wait, and takes nothing. */
    public @Nullable Duration enter(int estimate, long now) {
        if (running.incrementAndGet() > most()) {
            running.decrementAndGet();
            return SOON;
        }
        if (requests != null && !requests.take(1, now)) {
            running.decrementAndGet();
            return Duration.ofNanos(requests.until(1, now));
        }
        if (tokens != null && !tokens.take(estimate, now)) {
            running.decrementAndGet();
            if (requests != null) {
                requests.add(1, now);
            }
            return Duration.ofNanos(tokens.until(estimate, now));
        }
        spending.spent(requests == null ? 0 : 1, tokens == null ? 0 : estimate);
        return null;
    }

    /** @param used what was really used, {@link #UNTOLD} when nobody told: then the estimate stands */
    public void leave(int estimate, int used, long now) {
        running.decrementAndGet();
        if (tokens != null && used != UNTOLD) {
            tokens.add((double) estimate - used, now);
            spending.spent(0, (int) Math.max(Integer.MIN_VALUE, (long) used - estimate));
        }
    }

    private int most() {
        return concurrent == null ? Integer.MAX_VALUE : concurrent;
    }

    /** What others have taken from the same limits. */
    public void heard(int requestsTaken, int tokensTaken, long now) {
        if (requests != null) {
            requests.add(-(double) requestsTaken, now);
        }
        if (tokens != null) {
            tokens.add(-(double) tokensTaken, now);
        }
    }
}
