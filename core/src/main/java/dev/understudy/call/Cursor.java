package dev.understudy.call;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.FailureKind;
import dev.understudy.pool.Route;
import dev.understudy.trim.ConversationTrimmer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a call stands: which route is asked, how often each was asked, and what happened so far. Immutable; it travels
 * from one attempt to the next in the Reactor Context.
 *
 * @param route index of the route that is asked next
 * @param routeStates how each route of the plan stands
 * @param waited how long was waited before this attempt
 * @param attemptLog what happened so far
 * @param failures the same as exceptions, with their causes
 */
record Cursor(
        int route,
        List<RouteState> routeStates,
        Duration waited,
        AttemptLog attemptLog,
        List<ChatException.CallFailed> failures) {

    /**
     * How one route stands in this call.
     *
     * @param tries how often it was asked
     * @param turns how often it had its turn: asked, or passed over because it could not be asked then
     * @param out whether it will not be asked again
     * @param openAt the instant before which it should not be asked, 0 when it is free
     * @param shortened the request as it fits this route, once it was too long; {@code null} before
     */
    record RouteState(int tries, int turns, boolean out, long openAt, ConversationTrimmer.@Nullable Shorter shortened) {

        RouteState(long openAt) {
            this(0, 0, false, openAt, null);
        }

        /** Whether it has not had its turn yet. */
        boolean fresh() {
            return turns == 0 && !out;
        }

        boolean openAt(long now) {
            return openAt == 0 || openAt - now <= 0;
        }
    }

    static Cursor start(Plan plan) {
        List<RouteState> routeStates = new ArrayList<>(plan.routes().size());
        for (long openAt : plan.openAt()) {
            routeStates.add(new RouteState(openAt));
        }
        return new Cursor(0, routeStates, Duration.ZERO, plan.skipped(), Collections.emptyList());
    }

    RouteState routeState() {
        return routeStates.get(route);
    }

    /** The number of the attempt at this route that is made now, from 1. */
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

    /** After the turn of the current route ended without an answer. */
    Cursor failed(AttemptLog.Attempt attempt, ChatException.CallFailed failure) {
        List<ChatException.CallFailed> more = new ArrayList<>(failures);
        more.add(failure);
        RouteState was = routeState();
        int asked = failure.failure().kind() == FailureKind.SKIPPED ? 0 : 1;
        RouteState is = new RouteState(was.tries + asked, was.turns + 1, was.out, 0, was.shortened);
        return new Cursor(route, with(is), waited, attemptLog.plus(attempt), more);
    }

    /** How many messages were left out when this route was asked last. */
    int dropped(Route route) {
        int dropped = 0;
        for (AttemptLog.Attempt attempt : attemptLog.attempts()) {
            if (attempt.provider().equals(route.name()) && attempt.model().equals(route.model())) {
                dropped = attempt.dropped();
            }
        }
        return dropped;
    }

    /** The current route is not asked again in this call. */
    Cursor without() {
        RouteState was = routeState();
        return new Cursor(
                route,
                with(new RouteState(was.tries, was.turns, true, 0, was.shortened)),
                waited,
                attemptLog,
                failures);
    }

    /** The current route is not asked before this instant. */
    Cursor notBefore(long instant) {
        RouteState was = routeState();
        return new Cursor(
                route,
                with(new RouteState(was.tries, was.turns, false, instant, was.shortened)),
                waited,
                attemptLog,
                failures);
    }

    /** The current route is asked again, with less. */
    Cursor shortened(ConversationTrimmer.Shorter less) {
        RouteState shorter = new RouteState(routeState().tries, routeState().turns, false, 0, less);
        return new Cursor(route, with(shorter), Duration.ZERO, attemptLog, failures);
    }

    Cursor to(int route, Duration wait) {
        return new Cursor(route, routeStates, wait, attemptLog, failures);
    }

    /** The same, and what happened at another route meanwhile. */
    Cursor beside(int other, Cursor there) {
        List<RouteState> copy = new ArrayList<>(routeStates);
        copy.set(other, there.routeStates.get(other));
        List<ChatException.CallFailed> more = new ArrayList<>(failures);
        more.add(there.failures.get(there.failures.size() - 1));
        List<AttemptLog.Attempt> entries = there.attemptLog.attempts();
        return new Cursor(route, copy, waited, attemptLog.plus(entries.get(entries.size() - 1)), more);
    }

    private List<RouteState> with(RouteState routeState) {
        List<RouteState> copy = new ArrayList<>(routeStates);
        copy.set(route, routeState);
        return copy;
    }
}
