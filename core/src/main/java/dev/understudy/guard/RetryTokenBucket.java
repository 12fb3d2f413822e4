package dev.understudy.guard;

import dev.understudy.policy.RetryBudget;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** How many retries a provider may get on top of its first tries. */
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

    /** A first try earns its share, less what time has earned since the one before: the greater of the two counts. */
    public void earn(long now) {
        if (tokenBucket != null) {
            double byTime = floor * Math.max(0, now - earned.getAndSet(now)) / SECOND;
            tokenBucket.add(Math.max(0, share - byTime), now);
        }
    }

    /** A retry costs one. */
    public boolean take(long now) {
        return tokenBucket == null || tokenBucket.take(1, now);
    }

    /** How many there are, infinite without a limit. */
    public double left(long now) {
        return tokenBucket == null ? Double.POSITIVE_INFINITY : tokenBucket.tokens(now);
    }
}
