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
 * @param known amounts of the budget's period that all instances share, as of the last exchange
 * @param unsent amounts of the period that other instances do not know yet
 */
record KeyState(int active, SlidingMinute requests, SlidingMinute tokens, Spending known, Spending unsent) {

    private static final Duration SOON = Duration.ofSeconds(1);

    static KeyState at(long nanos) {
        return new KeyState(0, SlidingMinute.at(nanos), SlidingMinute.at(nanos), Spending.NONE, Spending.NONE);
    }

    /** Returns this use as of a later time. */
    KeyState moved(KeyLimits limits, long nanos, Instant now) {
        Budget budget = limits.budget();
        Instant period = budget == null ? unsent.period() : budget.period().start(now);
        return new KeyState(active, requests.moved(nanos), tokens.moved(nanos), known.in(period), unsent.in(period));
    }

    private Spending spending() {
        return known.plus(unsent.tokens(), unsent.cost());
    }

    /** Returns why one more call is refused now; {@code null} if it is allowed. */
    @Nullable
    Refusal refusal(KeyLimits limits, long nanos, Instant now) {
        Budget budget = limits.budget();
        if (budget != null && budget.isSpent(spending())) {
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
        return new KeyState(active + 1, requests.plus(1), tokens, known, unsent);
    }

    KeyState goneOn() {
        return new KeyState(active + 1, requests, tokens, known, unsent);
    }

    KeyState ended() {
        return new KeyState(active - 1, requests, tokens, known, unsent);
    }

    KeyState charged(long moreTokens, double cost) {
        return new KeyState(active, requests, tokens.plus(moreTokens), known, unsent.plus(moreTokens, cost));
    }

    /** Returns this use after amounts were sent to other instances, and the amounts of all of them were received. */
    KeyState exchanged(Spending sent, Spending all) {
        if (!sent.period().equals(unsent.period())) {
            return this; // the period has ended meanwhile
        }
        return new KeyState(active, requests, tokens, all, unsent.minus(sent));
    }
}
