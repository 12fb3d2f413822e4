package dev.understudy.call;

import dev.understudy.chat.AttemptLog;
import dev.understudy.pool.Route;
import java.util.List;

/**
 * Who may be asked, in order.
 *
 * @param routes at least one; those that are gated or unwell stand last
 * @param openAt for each route the instant before which it should not be asked, 0 when it is free
 * @param early the index from which on circuits are open: such a route is the last resort, tried before its time
 * @param first the route that would have been asked first if all were well
 * @param skipped what was left out or put back, and why
 */
record Plan(List<Route> routes, List<Long> openAt, int early, Route first, AttemptLog skipped) {

    Route route(int index) {
        return routes.get(index);
    }

    boolean isEarly(int route) {
        return route >= early;
    }
}
