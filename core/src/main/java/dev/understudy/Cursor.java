package dev.understudy;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Trail;
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
 * @param stands how each route of the plan stands
 * @param waited how long was waited before this attempt
 * @param trail what happened so far
 * @param failures the same as exceptions, with their causes
 */
record Cursor(int route, List<Stand> stands, Duration waited, Trail trail, List<ChatException.CallFailed> failures) {

    /**
     * How one route stands in this call.
     *
     * @param tries how often it was asked
     * @param turns how often it had its turn: asked, or passed over because it could not be asked then
     * @param out whether it will not be asked again
     * @param openAt the instant before which it should not be asked, 0 when it is free
     * @param shortened the request as it fits this route, once it was too long; {@code null} before
     */
    record Stand(int tries, int turns, boolean out, long openAt, Trim.@Nullable Shorter shortened) {

        Stand(long openAt) {
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
        List<Stand> stands = new ArrayList<>(plan.routes().size());
        for (long openAt : plan.openAt()) {
            stands.add(new Stand(openAt));
        }
        return new Cursor(0, stands, Duration.ZERO, plan.skipped(), Collections.emptyList());
    }

    Stand stand() {
        return stands.get(route);
    }

    /** The number of the attempt at this route that is made now, from 1. */
    int attempt() {
        return stand().tries + 1;
    }

    int attempts() {
        int sum = 0;
        for (Stand stand : stands) {
            sum += stand.tries;
        }
        return sum;
    }

    /** After the turn of the current route ended without an answer. */
    Cursor failed(Trail.Entry entry, ChatException.CallFailed failure) {
        List<ChatException.CallFailed> more = new ArrayList<>(failures);
        more.add(failure);
        Stand was = stand();
        int asked = failure.failure().kind() == FailureKind.SKIPPED ? 0 : 1;
        Stand is = new Stand(was.tries + asked, was.turns + 1, was.out, 0, was.shortened);
        return new Cursor(route, with(is), waited, trail.plus(entry), more);
    }

    /** How many messages were left out when this route was asked last. */
    int dropped(Route route) {
        int dropped = 0;
        for (Trail.Entry entry : trail.entries()) {
            if (entry.provider().equals(route.name()) && entry.model().equals(route.model())) {
                dropped = entry.dropped();
            }
        }
        return dropped;
    }

    /** The current route is not asked again in this call. */
    Cursor without() {
        Stand was = stand();
        return new Cursor(
                route, with(new Stand(was.tries, was.turns, true, 0, was.shortened)), waited, trail, failures);
    }

    /** The current route is not asked before this instant. */
    Cursor notBefore(long instant) {
        Stand was = stand();
        return new Cursor(
                route, with(new Stand(was.tries, was.turns, false, instant, was.shortened)), waited, trail, failures);
    }

    /** The current route is asked again, with less. */
    Cursor shortened(Trim.Shorter less) {
        Stand shorter = new Stand(stand().tries, stand().turns, false, 0, less);
        return new Cursor(route, with(shorter), Duration.ZERO, trail, failures);
    }

    Cursor to(int route, Duration wait) {
        return new Cursor(route, stands, wait, trail, failures);
    }

    /** The same, and what happened at another route meanwhile. */
    Cursor beside(int other, Cursor there) {
        List<Stand> copy = new ArrayList<>(stands);
        copy.set(other, there.stands.get(other));
        List<ChatException.CallFailed> more = new ArrayList<>(failures);
        more.add(there.failures.get(there.failures.size() - 1));
        List<Trail.Entry> entries = there.trail.entries();
        return new Cursor(route, copy, waited, trail.plus(entries.get(entries.size() - 1)), more);
    }

    private List<Stand> with(Stand stand) {
        List<Stand> copy = new ArrayList<>(stands);
        copy.set(route, stand);
        return copy;
    }
}
