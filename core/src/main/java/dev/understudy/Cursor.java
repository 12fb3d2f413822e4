package dev.understudy;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.Trail;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

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
     * @param out whether it will not be asked again
     * @param openAt the instant before which it should not be asked, 0 when it is free
     */
    record Stand(int tries, boolean out, long openAt) {

        boolean openAt(long now) {
            return openAt == 0 || openAt - now <= 0;
        }
    }

    static Cursor start(Plan plan, long now) {
        List<Stand> stands = new ArrayList<>(plan.routes().size());
        for (long openAt : plan.openAt()) {
            stands.add(new Stand(0, false, openAt));
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

    /** After an attempt at the current route failed. */
    Cursor failed(Trail.Entry entry, ChatException.CallFailed failure) {
        List<ChatException.CallFailed> more = new ArrayList<>(failures);
        more.add(failure);
        Stand was = stand();
        return new Cursor(route, with(new Stand(was.tries + 1, was.out, 0)), waited, trail.plus(entry), more);
    }

    /** The current route is not asked again in this call. */
    Cursor without() {
        return new Cursor(route, with(new Stand(stand().tries, true, 0)), waited, trail, failures);
    }

    /** The current route is not asked before this instant. */
    Cursor notBefore(long instant) {
        return new Cursor(route, with(new Stand(stand().tries, false, instant)), waited, trail, failures);
    }

    Cursor to(int route, Duration wait) {
        return new Cursor(route, stands, wait, trail, failures);
    }

    private List<Stand> with(Stand stand) {
        List<Stand> copy = new ArrayList<>(stands);
        copy.set(route, stand);
        return copy;
    }
}
