package dev.understudy.call;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.pool.Route;
import java.util.List;

/**
 * Routes that a call may try, in order.
 *
 * @param routes at least one; those that are cooling down or unhealthy are last
 * @param availableAt for each route the instant before which no attempt should be made, 0 for none
 * @param lastResorts index from which on circuits are open: such a route is tried when all others have failed
 * @param first the route that is first when all are available: of the primary provider, or of the one that the selection
 *     placed before it
 * @param skipped routes that were left out or moved back, with reasons
 */
record Plan(List<Route> routes, List<Long> availableAt, int lastResorts, Route first, AttemptLog skipped) {

    Route route(int index) {
        return routes.get(index);
    }

    /** Returns the reason why another route than the first is asked first. */
    Failure reasonToPassOver() {
        for (AttemptLog.Attempt attempt : skipped.attempts()) {
            Failure failure = attempt.failure();
            if (failure != null
                    && attempt.provider().equals(first.name())
                    && attempt.model().equals(first.model())) {
                return failure;
            }
        }
        return Failure.of(FailureKind.SKIPPED, "is not the active provider");
    }

    boolean isLastResort(int route) {
        return route >= lastResorts;
    }
}
