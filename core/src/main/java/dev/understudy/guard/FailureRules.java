package dev.understudy.guard;

import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import java.util.EnumMap;
import java.util.Map;

/** The table of docs/decisions.md: one row for each kind of failure before the first content. */
public final class FailureRules {

    /** Rule for retries at the failed route. */
    public enum Same {
        NO,
        ONCE_AT_ONCE,
        ONCE,
        ONCE_IF_ALONE,
        BACK_OFF,
        THROTTLED
    }

    /** Rule for attempts at other routes. */
    public enum Next {
        YES,
        /** Any route; when none is left, a route that found the request too large, with a shorter one. */
        YES_THEN_SHORTER,
        /** Routes with a larger window, then of unknown window, then the same route with a shorter request. */
        LARGER_WINDOW,
        OPT_IN,
        UNLESS_SET_TO_STOP
    }

    /**
     * One row of the table.
     *
     * @param same rule for retries at the failed route
     * @param next rule for attempts at other routes
     * @param countsForCircuit true if the failure counts for circuit and health of the provider
     * @param obeysRetryAfter true if the vendor's Retry-After is obeyed
     * @param coolsDownModel true if the model cools down at this provider for 10 minutes
     */
    public record Rule(
            Same same, Next next, boolean countsForCircuit, boolean obeysRetryAfter, boolean coolsDownModel) {
        Rule(Same same, Next next, boolean countsForCircuit) {
            this(same, next, countsForCircuit, false, false);
        }

        Rule obeyingRetryAfter() {
            return new Rule(same, next, countsForCircuit, true, coolsDownModel);
        }

        Rule coolingDownModel() {
            return new Rule(same, next, countsForCircuit, obeysRetryAfter, true);
        }
    }

    private static final Map<FailureKind, Rule> TABLE = new EnumMap<>(Map.ofEntries(
            Map.entry(FailureKind.CONNECT, new Rule(Same.ONCE_AT_ONCE, Next.YES, true)),
            Map.entry(FailureKind.TIMEOUT, new Rule(Same.ONCE_IF_ALONE, Next.YES, true)),
            Map.entry(FailureKind.SERVER, new Rule(Same.BACK_OFF, Next.YES, true).obeyingRetryAfter()),
            Map.entry(FailureKind.OVERLOADED, new Rule(Same.THROTTLED, Next.YES, true).obeyingRetryAfter()),
            Map.entry(FailureKind.RATE_LIMITED, new Rule(Same.THROTTLED, Next.YES, false).obeyingRetryAfter()),
            Map.entry(FailureKind.QUOTA, new Rule(Same.NO, Next.YES, false)),
            Map.entry(FailureKind.AUTH, new Rule(Same.NO, Next.YES, false)),
            Map.entry(FailureKind.FORBIDDEN, new Rule(Same.NO, Next.YES, false).coolingDownModel()),
            Map.entry(FailureKind.MODEL_NOT_FOUND, new Rule(Same.NO, Next.YES, false).coolingDownModel()),
            Map.entry(FailureKind.CONTEXT_OVERFLOW, new Rule(Same.NO, Next.LARGER_WINDOW, false)),
            Map.entry(FailureKind.REQUEST_TOO_LARGE, new Rule(Same.NO, Next.YES_THEN_SHORTER, false)),
            Map.entry(FailureKind.CONTENT_FILTERED, new Rule(Same.NO, Next.OPT_IN, false)),
            Map.entry(FailureKind.TOOL_REJECTED, new Rule(Same.BACK_OFF, Next.YES, false)),
            Map.entry(FailureKind.UNSUPPORTED, new Rule(Same.NO, Next.YES, false)),
            Map.entry(FailureKind.INVALID_REQUEST, new Rule(Same.NO, Next.UNLESS_SET_TO_STOP, false)),
            Map.entry(FailureKind.TRUNCATED, new Rule(Same.ONCE, Next.YES, true)),
            Map.entry(FailureKind.EMPTY, new Rule(Same.ONCE, Next.YES, false)),
            Map.entry(FailureKind.PROTOCOL, new Rule(Same.ONCE, Next.YES, true)),
            Map.entry(FailureKind.SKIPPED, new Rule(Same.NO, Next.YES, false).obeyingRetryAfter())));

    private FailureRules() {}

    /** Returns true if no connection was opened, so that no request was sent: refused, unknown host, connect timeout. */
    public static boolean isRefusedConnection(Failure failure) {
        return failure.kind() == FailureKind.CONNECT && failure.phase() == Failure.Phase.CONNECT;
    }

    /** Returns the row of this kind; every kind has one. */
    public static Rule of(FailureKind kind) {
        Rule rule = TABLE.get(kind);
        if (rule == null) {
            throw new IllegalStateException("No rule for " + kind);
        }
        return rule;
    }
}
