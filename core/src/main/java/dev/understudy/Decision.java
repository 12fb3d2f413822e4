package dev.understudy;

import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Phase;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/** What follows from a failure before the first content. Pure and total; its table stands in docs/decisions.md. */
sealed interface Decision {

    /** Ask (again). */
    record Again(Cursor cursor, Duration delay) implements Decision {}

    /** Give up. */
    record Stop(String why) implements Decision {}

    /** Whether the same route is asked again. */
    enum Same {
        NO,
        ONCE_AT_ONCE,
        ONCE,
        ONCE_IF_ALONE,
        BACK_OFF,
        THROTTLED
    }

    /** Whether the next route is asked. */
    enum Next {
        YES,
        LARGER_WINDOW,
        OPT_IN,
        UNLESS_SET_TO_STOP
    }

    /**
     * One row of the table.
     *
     * @param same whether the same route is asked again
     * @param next whether the next route is asked
     * @param countsForCircuit whether it is a sample of the provider's health
     * @param obeysRetryAfter whether a wait that the vendor names is obeyed
     * @param gatesModel whether the model is not asked for at this provider for 10 minutes
     */
    record Rule(Same same, Next next, boolean countsForCircuit, boolean obeysRetryAfter, boolean gatesModel) {
        Rule(Same same, Next next, boolean countsForCircuit) {
            this(same, next, countsForCircuit, false, false);
        }

        Rule obeyingRetryAfter() {
            return new Rule(same, next, countsForCircuit, true, gatesModel);
        }

        Rule gatingModel() {
            return new Rule(same, next, countsForCircuit, obeysRetryAfter, true);
        }
    }

    Map<FailureKind, Rule> TABLE = new EnumMap<>(Map.ofEntries(
            Map.entry(FailureKind.CONNECT, new Rule(Same.ONCE_AT_ONCE, Next.YES, true)),
            Map.entry(FailureKind.TIMEOUT, new Rule(Same.ONCE_IF_ALONE, Next.YES, true)),
            Map.entry(FailureKind.SERVER, new Rule(Same.BACK_OFF, Next.YES, true).obeyingRetryAfter()),
            Map.entry(FailureKind.OVERLOADED, new Rule(Same.THROTTLED, Next.YES, true).obeyingRetryAfter()),
            Map.entry(FailureKind.RATE_LIMITED, new Rule(Same.THROTTLED, Next.YES, false).obeyingRetryAfter()),
            Map.entry(FailureKind.QUOTA, new Rule(Same.NO, Next.YES, false)),
            Map.entry(FailureKind.AUTH, new Rule(Same.NO, Next.YES, false)),
            Map.entry(FailureKind.FORBIDDEN, new Rule(Same.NO, Next.YES, false).gatingModel()),
            Map.entry(FailureKind.MODEL_NOT_FOUND, new Rule(Same.NO, Next.YES, false).gatingModel()),
            Map.entry(FailureKind.CONTEXT_OVERFLOW, new Rule(Same.NO, Next.LARGER_WINDOW, false)),
            Map.entry(FailureKind.CONTENT_FILTERED, new Rule(Same.NO, Next.OPT_IN, false)),
            Map.entry(FailureKind.TOOL_REJECTED, new Rule(Same.BACK_OFF, Next.YES, false)),
            Map.entry(FailureKind.UNSUPPORTED, new Rule(Same.NO, Next.YES, false)),
            Map.entry(FailureKind.INVALID_REQUEST, new Rule(Same.NO, Next.UNLESS_SET_TO_STOP, false)),
            Map.entry(FailureKind.TRUNCATED, new Rule(Same.BACK_OFF, Next.YES, true)),
            Map.entry(FailureKind.EMPTY, new Rule(Same.ONCE, Next.YES, true)),
            Map.entry(FailureKind.PROTOCOL, new Rule(Same.ONCE, Next.YES, true)),
            Map.entry(FailureKind.SKIPPED, new Rule(Same.NO, Next.YES, false).obeyingRetryAfter())));

    static Rule rule(FailureKind kind) {
        Rule rule = TABLE.get(kind);
        if (rule == null) {
            throw new IllegalStateException("No row for " + kind);
        }
        return rule;
    }

    /** Where a call begins: at the first route, unless that and all others must be waited for. */
    static Decision begin(Cursor start, Plan plan, Rules rules, long now, long deadline) {
        int first = 0;
        for (int i = 1; i < plan.early() && !start.stands().get(first).openAt(now); i++) {
            long here = start.stands().get(i).openAt();
            first = here == 0 || here - start.stands().get(first).openAt() < 0 ? i : first;
        }
        if (start.stands().get(first).openAt(now)) {
            return new Again(start.to(first, Duration.ZERO), Duration.ZERO);
        }
        long told = start.stands().get(first).openAt() - now;
        Duration wait = Duration.ofNanos(Math.min(told, Nanos.of(rules.retry().maxWait())));
        if (deadline != Long.MAX_VALUE && deadline - now <= wait.toNanos()) {
            return new Stop("All providers/models are gated; "
                    + plan.routes().get(first).name() + " could be asked in " + Line.millis(wait)
                    + ", after the time of the call is over");
        }
        return new Again(start.to(first, wait), wait);
    }

    /**
     * @param failure what went wrong
     * @param cursor where the call stands, this failure included
     * @param now this instant
     * @param deadline the instant when the call must be over, {@link Long#MAX_VALUE} for never
     * @param means what there is to spend
     */
    static Decision after(
            Failure failure,
            Cursor cursor,
            Plan plan,
            Rules rules,
            long now,
            long deadline,
            RandomGenerator dice,
            Means means) {
        if (failure.phase() == Phase.DEADLINE) {
            return new Stop("The time of the call is over");
        }
        if (rules.maxAttempts() > 0 && cursor.attempts() >= rules.maxAttempts()) {
            return new Stop("The limit of " + rules.maxAttempts() + " attempts is reached");
        }
        return new Fork(failure, rule(failure.kind()), cursor, plan, rules, now, deadline, dice, means).decide();
    }
}
