package dev.understudy.call;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.guard.FailureRules;
import dev.understudy.guard.Nanos;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.pool.Route;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a call asks again when every route refuses connections, as while a server restarts. No request was sent
 * then, so asking again costs no retry token. Pure.
 *
 * @param remaining state of the call without the route that failed
 * @param waited the last delay of the call
 * @param random source of the jitter
 * @param refusing returns true while the provider of a route refuses connections
 */
record Reconnection(
        Plan plan,
        Cursor remaining,
        RetryPolicy retry,
        Duration waited,
        RandomGenerator random,
        Predicate<Route> refusing) {

    /** Longest back-off between two rounds over all routes. */
    private static final Duration CAP = Duration.ofSeconds(1);

    /**
     * The route to ask again.
     *
     * @param cursor state of the call at the first route that refused
     * @param delay back-off before it is asked
     */
    record Next(Cursor cursor, Duration delay) {}

    /** Returns the first route that refused, after a delay; {@code null} if a route failed otherwise or the time is over. */
    @Nullable
    Next next() {
        Set<Integer> refused = refused();
        long left = Nanos.of(retry.reconnectWait()) - elapsed();
        if (refused.isEmpty() || left < Backoff.FLOOR.toNanos()) {
            return null;
        }
        Duration delay = Duration.ofNanos(Math.min(left, Math.min(CAP.toNanos(), backoff(refused))));
        return new Next(remaining.reconnecting(refused).to(refused.iterator().next(), delay), delay);
    }

    /** Returns the routes that refused, in order; none if one of those that were asked or skipped did otherwise. */
    private Set<Integer> refused() {
        Set<Integer> refused = new LinkedHashSet<>();
        for (int i = 0; i < plan.routes().size(); i++) {
            Cursor.RouteState routeState = remaining.routeStates().get(i);
            boolean asked = routeState.turns() > 0;
            if (asked && refuses(plan.route(i))) {
                refused.add(i);
            } else if (asked || routeState.availableAt() != 0) {
                return Set.of();
            }
        }
        return refused;
    }

    private boolean refuses(Route route) {
        AttemptLog.Attempt last = remaining.last(route);
        Failure failure = last == null ? null : last.failure();
        return failure != null
                && (FailureRules.isRefusedConnection(failure)
                        || (failure.kind() == FailureKind.SKIPPED && refusing.test(route)));
    }

    private long backoff(Set<Integer> refused) {
        int tries = 1;
        for (int route : refused) {
            tries = Math.max(tries, remaining.routeStates().get(route).tries());
        }
        return Nanos.of(Backoff.retryDelay(Math.max(1, tries - 1), false, waited, retry, random));
    }

    /** Returns the time since the first refusal. */
    private long elapsed() {
        long elapsed = 0;
        boolean first = true;
        for (AttemptLog.Attempt attempt : remaining.attemptLog().attempts()) {
            AttemptLog.Timing timing = attempt.timing();
            elapsed += Nanos.of(timing.waited()) + (first ? 0 : Nanos.of(timing.took()));
            first &= attempt.outcome() == AttemptLog.Outcome.SKIPPED;
        }
        return elapsed;
    }
}
