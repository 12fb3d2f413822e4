package dev.understudy.gateway.key;

import java.time.Instant;

/**
 * Amounts spent in a period.
 *
 * @param period start of the period
 * @param tokens tokens of prompts and answers
 * @param cost cost of the tokens with a known price
 */
record Spending(Instant period, long tokens, double cost) {

    static final Spending NONE = new Spending(Instant.EPOCH, 0, 0);

    /** Returns the amounts of the period that begins at this instant. */
    Spending in(Instant start) {
        return start.equals(period) ? this : new Spending(start, 0, 0);
    }

    Spending minus(Spending other) {
        return new Spending(period, tokens - other.tokens, cost - other.cost);
    }

    Spending plus(long moreTokens, double moreCost) {
        return new Spending(period, tokens + moreTokens, cost + moreCost);
    }
}
