package dev.understudy.call;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.pool.Route;
import dev.understudy.trim.ConversationTrimmer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * State of a call between attempts: the next route, the state of each route, and the attempts so far. Immutable; passed
 * from one attempt to the next in the Reactor Context.
 *
 * @param route index of the route of the next attempt
 * @param routeStates state of each route of the plan
 * @param waited delay before this attempt
 * @param attemptLog attempts so far
 * @param failures their failures as exceptions, with causes
 */
record Cursor(
        int route,
        List<RouteState> routeStates,
        Duration waited,
        AttemptLog attemptLog,
        List<ChatException.CallFailed> failures) {

    /**
     * State of one route in this call.
     *
     * @param tries number of attempts
     * @param turns number of attempts and of skips
     * @param excluded true if no further attempt is made
     * @param availableAt the instant before which no attempt should be made, 0 for none
     * @param shortened the shortened request, {@code null} until a context overflow
     * @param access acquisition of the permit of the next attempt
     * @param atCapacity true if the route was skipped because all its concurrent calls were taken
     */
    record RouteState(
            int tries,
            int turns,
            boolean excluded,
            long availableAt,
            ConversationTrimmer.@Nullable Shorter shortened,
            Access access,
            boolean atCapacity) {

        private static final RouteState AVAILABLE = new RouteState(0);

        private RouteState(long availableAt) {
            this(0, 0, false, availableAt, null, Access.USUAL, false);
        }

        static RouteState from(long availableAt) {
            return availableAt == 0 ? AVAILABLE : new RouteState(availableAt);
        }

        private RouteState until(boolean excluded, long availableAt) {
            return new RouteState(tries, turns, excluded, availableAt, shortened, access, atCapacity);
        }

        private RouteState again(int turns, Access access) {
            return new RouteState(tries, turns, false, 0, shortened, access, false);
        }

        /** Returns true if the route was neither tried nor skipped yet. */
        boolean isUntried() {
            return turns == 0 && !excluded;
        }

        boolean isAvailable(long now) {
            return availableAt == 0 || availableAt - now <= 0;
        }
    }

    /** Acquisition of the permit of an attempt. */
    enum Access {
        /** From the circuit and the rate limits, if they grant it at once. */
        USUAL,
        /** Also from an open circuit, because every route refused connections. */
        RECONNECTING,
        /** After a wait for one of the concurrent calls of the route. */
        QUEUE
    }

    static Cursor start(Plan plan) {
        List<RouteState> routeStates = new ArrayList<>(plan.routes().size());
        for (long availableAt : plan.availableAt()) {
            routeStates.add(RouteState.from(availableAt));
        }
        return new Cursor(0, routeStates, Duration.ZERO, plan.skipped(), Collections.emptyList());
    }

    RouteState routeState() {
        return routeStates.get(route);
    }

    /** Number of the current attempt at this route, from 1. */
    int attempt() {
        return routeState().tries + 1;
    }

    int attempts() {
        int sum = 0;
        for (RouteState routeState : routeStates) {
            sum += routeState.tries;
        }
        return sum;
    }

    /**
     * Returns true if another route could be asked at once should the attempt at the current route fail.
     *
     * @param maxAttempts limit of attempts of the call, 0 for none
     */
    boolean leavesOthers(Plan plan, int maxAttempts, long now) {
        boolean attemptsLeft = maxAttempts == 0 || attempts() + 1 < maxAttempts;
        for (int i = 0; attemptsLeft && i < plan.lastResorts(); i++) {
            if (i != route
                    && routeStates.get(i).isUntried()
                    && routeStates.get(i).isAvailable(now)) {
                return true;
            }
        }
        return false;
    }

    /** Returns the state after a failed attempt or a skip of the current route. */
    Cursor failed(AttemptLog.Attempt attempt, ChatException.CallFailed failure) {
        List<ChatException.CallFailed> more = new ArrayList<>(failures);
        more.add(failure);
        RouteState was = routeState();
        int tried = failure.failure().kind() == FailureKind.SKIPPED ? 0 : 1;
        RouteState next =
                new RouteState(was.tries + tried, was.turns + 1, was.excluded, 0, was.shortened, was.access, false);
        return new Cursor(route, with(next), waited, attemptLog.plus(attempt), more);
    }

    /** Number of messages that were dropped in the last attempt at this route. */
    int droppedMessages(Route route) {
        int dropped = 0;
        for (AttemptLog.Attempt attempt : attemptLog.attempts()) {
            if (attempt.provider().equals(route.name()) && attempt.model().equals(route.model())) {
                dropped = attempt.dropped();
            }
        }
        return dropped;
    }

    /** Returns the failure of the last attempt at a route if the request was too long or too large for it. */
    @Nullable
    Failure overflow(Route route) {
        Failure last = null;
        for (AttemptLog.Attempt attempt : attemptLog.attempts()) {
            if (attempt.provider().equals(route.name()) && attempt.model().equals(route.model())) {
                last = attempt.failure();
            }
        }
        boolean isOverflow = last != null
                && (last.kind() == FailureKind.CONTEXT_OVERFLOW || last.kind() == FailureKind.REQUEST_TOO_LARGE);
        return isOverflow ? last : null;
    }

    /** Excludes the current route from further attempts of this call. */
    Cursor excludingRoute() {
        RouteState was = routeState();
        return new Cursor(route, with(was.until(true, 0)), waited, attemptLog, failures);
    }

    /** Makes the current route unavailable until an instant. */
    Cursor notBefore(long instant) {
        RouteState was = routeState();
        return new Cursor(route, with(was.until(false, instant)), waited, attemptLog, failures);
    }

    /** Returns the state in which routes that refused connections are asked once more. */
    Cursor reconnecting(Set<Integer> refused) {
        List<RouteState> copy = new ArrayList<>(routeStates);
        for (int index : refused) {
            copy.set(index, routeStates.get(index).again(0, Access.RECONNECTING));
        }
        return new Cursor(route, copy, waited, attemptLog, failures);
    }

    /** Returns the state after a skip of the current route because all its concurrent calls are taken. */
    Cursor atCapacity() {
        RouteState was = routeState();
        return new Cursor(
                route,
                with(new RouteState(
                        was.tries, was.turns, was.excluded, was.availableAt, was.shortened, was.access, true)),
                waited,
                attemptLog,
                failures);
    }

    /** Returns the state for an attempt that waits in the queue of a route. */
    Cursor queueing(int other) {
        List<RouteState> copy = new ArrayList<>(routeStates);
        RouteState was = routeStates.get(other);
        copy.set(other, was.again(was.turns, Access.QUEUE));
        return new Cursor(other, copy, Duration.ZERO, attemptLog, failures);
    }

    /** Returns the last entry of a route in the attempt log, {@code null} for none. */
    AttemptLog.@Nullable Attempt last(Route route) {
        AttemptLog.Attempt last = null;
        for (AttemptLog.Attempt attempt : attemptLog.attempts()) {
            boolean same =
                    attempt.provider().equals(route.name()) && attempt.model().equals(route.model());
            last = same ? attempt : last;
        }
        return last;
    }

    /** Returns the state for another attempt at the current route with a shortened request. */
    Cursor shortened(ConversationTrimmer.Shorter request) {
        RouteState shorter =
                new RouteState(routeState().tries, routeState().turns, false, 0, request, Access.USUAL, false);
        return new Cursor(route, with(shorter), Duration.ZERO, attemptLog, failures);
    }

    Cursor to(int route, Duration wait) {
        return new Cursor(route, routeStates, wait, attemptLog, failures);
    }

    /** Adds the failed attempt of a hedge at another route. */
    Cursor plusHedge(int other, Cursor hedge) {
        List<RouteState> copy = new ArrayList<>(routeStates);
        copy.set(other, hedge.routeStates.get(other));
        List<ChatException.CallFailed> more = new ArrayList<>(failures);
        more.add(hedge.failures.get(hedge.failures.size() - 1));
        List<AttemptLog.Attempt> entries = hedge.attemptLog.attempts();
        return new Cursor(route, copy, waited, attemptLog.plus(entries.get(entries.size() - 1)), more);
    }

    private List<RouteState> with(RouteState routeState) {
        List<RouteState> copy = new ArrayList<>(routeStates);
        copy.set(route, routeState);
        return copy;
    }
}
