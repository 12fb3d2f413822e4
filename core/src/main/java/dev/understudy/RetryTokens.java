package dev.understudy;

import org.jspecify.annotations.Nullable;

/** How many retries a provider may get on top of its first tries. */
final class RetryTokens {

    private final double share;
    private final @Nullable Bucket bucket;

    RetryTokens(Budget budget, long now) {
        boolean unlimited = Double.isInfinite(budget.retryShare());
        double saved = Math.max(1, budget.retryFloor() * budget.retryMemory().toSeconds());
        this.share = budget.retryShare();
        this.bucket = unlimited ? null : new Bucket(saved, budget.retryFloor(), now);
    }

    /** A first try earns its share. */
    void earn(long now) {
        if (bucket != null) {
            bucket.add(share, now);
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
