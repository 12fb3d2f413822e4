package dev.understudy.guard;

import dev.understudy.policy.RetryBudget;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Retry budget of one provider: first attempts earn tokens, and each retry costs one. Thread-safe; never blocks. */
public final class RetryTokenBucket {

    private static final double SECOND = 1e9;

    private final double share;
    private final double floor;
    private final AtomicLong earned;
    private final @Nullable TokenBucket tokenBucket;

    public RetryTokenBucket(RetryBudget budget, long now) {
        Double share = budget.share();
        double saved = Math.max(1, budget.floor() * budget.memory().toSeconds());
        this.share = share == null ? 0 : share;
        this.floor = budget.floor();
        this.earned = new AtomicLong(now);
        this.tokenBucket = share == null ? null : new TokenBucket(saved, budget.floor(), now);
    }

    /** Earns the share of a first attempt, less the tokens earned by time since the previous one: the greater of the two counts. */
    public void earn(long now) {
        if (tokenBucket != null) {
            double byTime = floor * Math.max(0, now - earned.getAndSet(now)) / SECOND;
            tokenBucket.add(Math.max(0, share - byTime), now);
        }
    }

    /** Takes the token of one retry; returns false if there is none. */
    public boolean take(long now) {
        return tokenBucket == null || tokenBucket.take(1, now);
    }

    /** Returns the number of tokens, infinite without a limit. */
    public double left(long now) {
        return tokenBucket == null ? Double.POSITIVE_INFINITY : tokenBucket.tokens(now);
    }
}
