package dev.understudy.gateway.key;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Use of a key so far. Immutable. Tokens are counted when a call has ended, so calls in flight may exceed the limits of tokens and
 * budgets; the surplus counts for the time after.
 *
 * @param active calls in flight
 * @param requests calls of the last minute
 * @param tokens tokens of the last minute
 * @param spending amounts of the budget's period
 */
record KeyState(int active, SlidingMinute requests, SlidingMinute tokens, Spending spending) {

    private static final Duration SOON = Duration.ofSeconds(1);

    static KeyState at(long nanos) {
        return new KeyState(0, SlidingMinute.at(nanos), SlidingMinute.at(nanos), Spending.NONE);
    }

    /** Returns this use as of a later time. */
    KeyState moved(KeyLimits limits, long nanos, Instant now) {
        Budget budget = limits.budget();
        return new KeyState(
                active,
                requests.moved(nanos),
                tokens.moved(nanos),
                budget == null ? spending : spending.in(budget.period().start(now)));
    }

    /** Returns why one more call is refused now; {@code null} if it is allowed. */
    @Nullable
    Refusal refusal(KeyLimits limits, long nanos, Instant now) {
        Budget budget = limits.budget();
        if (budget != null && budget.isSpent(spending)) {
            return new Refusal(Refusal.Reason.BUDGET, budget.period().left(now));
        }
        if (limits.concurrent() != null && active >= limits.concurrent()) {
            return new Refusal(Refusal.Reason.CONCURRENT, SOON);
        }
        if (limits.requestsPerMinute() != null) {
            Duration after = requests.untilAtMost(limits.requestsPerMinute() - 1, nanos);
            if (!after.isZero()) {
                return new Refusal(Refusal.Reason.REQUESTS, after);
            }
        }
        if (limits.tokensPerMinute() != null) {
            Duration after = tokens.untilAtMost(limits.tokensPerMinute() - 1, nanos);
            if (!after.isZero()) {
                return new Refusal(Refusal.Reason.TOKENS, after);
            }
        }
        return null;
    }

    KeyState started() {
        return new KeyState(active + 1, requests.plus(1), tokens, spending);
    }

    KeyState ended() {
        return new KeyState(active - 1, requests, tokens, spending);
    }

    KeyState charged(long moreTokens, double cost) {
        return new KeyState(active, requests, tokens.plus(moreTokens), spending.plus(moreTokens, cost));
    }
}
