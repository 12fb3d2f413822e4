package dev.understudy.ops.event;

import java.time.Duration;

/**
 * Sums over calls.
 *
 * @param calls ended calls
 * @param served calls with a complete answer
 * @param saved served calls that needed more than their first attempt
 * @param added time of the saved calls in which no attempt delivered an answer or a part of it
 * @param spent all attempts
 * @param wasted attempts of which nothing was delivered
 */
public record Totals(long calls, long served, Saved saved, Duration added, Spending spent, Spending wasted) {

    public static final Totals NONE = new Totals(0, 0, Saved.NONE, Duration.ZERO, Spending.NONE, Spending.NONE);

    /**
     * Served calls by the step that led to their answer. A call counts once.
     *
     * @param retry served by the first provider and model after a retry
     * @param failover served by another provider or model before any content
     * @param hedge served by a second request, because the first was slow
     * @param takeover a stream that was interrupted and continued
     */
    public record Saved(long retry, long failover, long hedge, long takeover) {

        static final Saved NONE = new Saved(0, 0, 0, 0);

        static Saved by(Saving saving) {
            return new Saved(
                    saving == Saving.RETRY ? 1 : 0,
                    saving == Saving.FAILOVER ? 1 : 0,
                    saving == Saving.HEDGE ? 1 : 0,
                    saving == Saving.TAKEOVER ? 1 : 0);
        }

        Saved plus(Saved other) {
            return new Saved(
                    retry + other.retry, failover + other.failover, hedge + other.hedge, takeover + other.takeover);
        }
    }

    /**
     * Tokens of attempts, and their cost.
     *
     * @param inputTokens tokens of the prompts, cached ones included
     * @param outputTokens tokens of the answers, reasoning included
     * @param cost cost of the tokens with a known price
     * @param unpricedTokens tokens without a known price
     */
    public record Spending(long inputTokens, long outputTokens, double cost, long unpricedTokens) {

        static final Spending NONE = new Spending(0, 0, 0, 0);

        Spending plus(Spending other) {
            return new Spending(
                    inputTokens + other.inputTokens,
                    outputTokens + other.outputTokens,
                    cost + other.cost,
                    unpricedTokens + other.unpricedTokens);
        }
    }

    public Totals plus(Totals other) {
        return new Totals(
                calls + other.calls,
                served + other.served,
                saved.plus(other.saved),
                added.plus(other.added),
                spent.plus(other.spent),
                wasted.plus(other.wasted));
    }
}
