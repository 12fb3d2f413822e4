package dev.understudy;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** How many retries a provider may get on top of its first tries. */
final class RetryTokens {

    private static final double SECOND = 1e9;

    private final double share;
    private final double floor;
    private final AtomicLong earned;
    private final @Nullable Bucket bucket;

    RetryTokens(RetryBudget budget, long now) {
        Double share = budget.share();
        double saved = Math.max(1, budget.floor() * budget.memory().toSeconds());
        this.share = share == null ? 0 : share;
        this.floor = budget.floor();
        this.earned = new AtomicLong(now);
        this.bucket = share == null ? null : new Bucket(saved, budget.floor(), now);
    }

    /** A first try earns its share, less what time has earned since the one before: the greater of the two counts. */
    void earn(long now) {
        if (bucket != null) {
            double byTime = floor * Math.max(0, now - earned.getAndSet(now)) / SECOND;
            bucket.add(Math.max(0, share - byTime), now);
        }
    }

    /** A retry costs one. */
    boolean take(long now) {
        return bucket == null || bucket.take(1, now);
    }

    /** How many there are, infinite without a limit. */
    double left(long now) {
        return bucket == null ? Double.POSITIVE_INFINITY : bucket.tokens(now);
    }
}
