package dev.understudy.streaming;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Number of hedged takeovers that the streams of one provider may begin: each stream earns a share of one, and unused ones
 * are saved up to the number that a hundred streams earn. One is there from the start. Thread-safe.
 */
final class HedgingBudget {

    private static final long ONE = 1_000_000;

    private final long share;
    private final long most;
    private final AtomicLong left = new AtomicLong(ONE);

    HedgingBudget(ResumePolicy.Hedging hedging) {
        this.share = Math.round(hedging.maxExtra() * ONE);
        this.most = Math.max(ONE, 100 * share);
    }

    /** Adds the share of one stream. */
    void earn() {
        left.updateAndGet(now -> Math.min(most, now + share));
    }

    /** Takes one; false if none is left. */
    boolean take() {
        return left.getAndUpdate(now -> now < ONE ? now : now - ONE) >= ONE;
    }
}
