package dev.understudy.call;

import dev.understudy.call.Decision.Again;
import dev.understudy.call.Decision.Stop;
import dev.understudy.call.Decision.Stop.Reason;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.guard.FailureRules;
import dev.understudy.guard.FailureRules.Same;
import dev.understudy.guard.Nanos;
import dev.understudy.pool.Route;
import dev.understudy.trim.ConversationTrimmer;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Chooses the step after one failure: a retry, the next route, a route that must be waited for, or the end. Pure. */
record NextStep(
        Failure failure,
        FailureRules.Rule rule,
        Cursor cursor,
        Plan plan,
        Decision.Options options,
        long now,
        long deadline,
        RandomGenerator random,
        Decision.Resources resources) {

    Decision decide() {
        Optional<Duration> retry = retryDelay();
        Route current = plan.route(cursor.route());
        if (retry.isPresent()
                && isBeforeDeadline(retry.get())
                && resources.isAvailable(current, retry.get())
                && resources.retryToken(current)) {
            return new Again(cursor.to(cursor.route(), retry.get()), retry.get());
        }
        switch (rule.next()) {
            case OPT_IN -> {
                if (!options.aroundFilters()) {
                    return new Stop(Reason.CONTENT_REFUSED);
                }
            }
            case UNLESS_SET_TO_STOP -> {
                if (options.invalidStops()) {
                    return new Stop(Reason.INVALID_REQUEST);
                }
            }
            case LARGER_WINDOW -> {
                return largerWindow();
            }
            case YES, YES_THEN_SHORTER -> {}
        }
        Decision nextRoute = nextRoute();
        boolean exceedsDeadline = retry.isPresent() && !isBeforeDeadline(retry.get());
        return exceedsDeadline && nextRoute instanceof Stop stop && stop.reason() == Reason.ALL_FAILED
                ? exceedsDeadline(current, retry.get())
                : nextRoute;
    }

    /** Returns the delay before a retry at the same route; empty without one. */
    private Optional<Duration> retryDelay() {
        int retriesSoFar = cursor.routeState().turns() - 1;
        boolean hasRetries = retriesSoFar < options.retry().retries();
        Same same = retries();
        Duration retryAfter = failure.retryAfter();
        if (!hasRetries || same == Same.NO) {
            return Optional.empty();
        }
        if (rule.obeysRetryAfter() && retryAfter != null) {
            return retryAfter.compareTo(options.retry().maxInPlaceWait()) <= 0
                    ? Optional.of(longer(Backoff.advisedDelay(retryAfter, random), backoff(same == Same.THROTTLED)))
                    : Optional.empty();
        }
        boolean first = retriesSoFar == 0;
        return switch (same) {
            case BACK_OFF -> Optional.of(backoff(false));
            case THROTTLED -> Optional.of(backoff(true));
            case ONCE_AT_ONCE ->
                first && cursor.routeState().access() != Cursor.Access.RECONNECTING
                        ? Optional.of(Duration.ZERO)
                        : Optional.empty();
            case ONCE -> first ? Optional.of(backoff(false)) : Optional.empty();
            case ONCE_IF_ALONE -> first && plan.lastResorts() == 1 ? Optional.of(Duration.ZERO) : Optional.empty();
            case NO -> Optional.empty();
        };
    }

    /** Returns the rule for retries: the vendor's advice, if there is any, overrides the table. */
    private Same retries() {
        Boolean shouldRetry = failure.advice().shouldRetry();
        if (shouldRetry == null) {
            return rule.same();
        }
        if (!shouldRetry) {
            return Same.NO;
        }
        return failure.kind() == FailureKind.INVALID_REQUEST ? Same.BACK_OFF : rule.same();
    }

    private Decision nextRoute() {
        Cursor remaining = afterRoute();
        for (int i = 0; i < plan.lastResorts(); i++) {
            Cursor.RouteState routeState = remaining.routeStates().get(i);
            if (i != cursor.route() && routeState.isUntried() && routeState.isAvailable(now) && isAffordable(i)) {
                return new Again(remaining.to(i, Duration.ZERO), Duration.ZERO);
            }
        }
        int queue = shortestQueue(remaining);
        if (queue >= 0) {
            return new Again(remaining.queueing(queue), Duration.ZERO);
        }
        Decision wait = waitFor(remaining, earliest(remaining));
        if (!(wait instanceof Stop stop)) {
            return wait;
        }
        return shorter(remaining).orElseGet(() -> {
            int last = lastResort(remaining);
            return last < 0
                    ? reconnected(remaining, stop)
                    : new Again(remaining.to(last, Duration.ZERO), Duration.ZERO);
        });
    }

    private Decision reconnected(Cursor remaining, Stop end) {
        Reconnection.Next next = new Reconnection(
                        plan, remaining, options.retry(), cursor.waited(), random, resources::refusesConnections)
                .next();
        return next == null || !isBeforeDeadline(next.delay()) ? end : new Again(next.cursor(), next.delay());
    }

    /** Returns the route with the shortest queue of those that had no free concurrent call, -1 for none. */
    private int shortestQueue(Cursor remaining) {
        int shortest = -1;
        for (int i = 0; i < plan.routes().size(); i++) {
            Cursor.RouteState routeState = remaining.routeStates().get(i);
            boolean queues = routeState.atCapacity() && routeState.access() != Cursor.Access.QUEUE;
            if (queues
                    && resources.queues(plan.route(i))
                    && (shortest < 0
                            || resources.queueLength(plan.route(i)) < resources.queueLength(plan.route(shortest)))) {
                shortest = i;
            }
        }
        return shortest;
    }

    /** Returns an untried route whose circuit is open, -1 for none; none for failures that the request caused. */
    private int lastResort(Cursor remaining) {
        for (int i = plan.lastResorts(); i < plan.routes().size() && rule.next() == FailureRules.Next.YES; i++) {
            if (remaining.routeStates().get(i).isUntried() && isAffordable(i)) {
                return i;
            }
        }
        return -1;
    }

    /** Excludes the current route, unless a Retry-After makes it available again later. */
    private Cursor afterRoute() {
        boolean hasRetries = cursor.routeState().turns() <= options.retry().retries();
        Duration retryAfter = failure.retryAfter();
        boolean forbidden = Boolean.FALSE.equals(failure.advice().shouldRetry());
        boolean mayReturn = hasRetries && !forbidden && rule.obeysRetryAfter();
        return mayReturn && retryAfter != null ? cursor.notBefore(now + Nanos.of(retryAfter)) : cursor.excludingRoute();
    }

    private static int earliest(Cursor remaining) {
        int earliest = -1;
        for (int i = 0; i < remaining.routeStates().size(); i++) {
            Cursor.RouteState routeState = remaining.routeStates().get(i);
            if (!routeState.excluded()
                    && routeState.availableAt() != 0
                    && (earliest < 0
                            || routeState.availableAt()
                                            - remaining
                                                    .routeStates()
                                                    .get(earliest)
                                                    .availableAt()
                                    < 0)) {
                earliest = i;
            }
        }
        return earliest;
    }

    private Decision waitFor(Cursor remaining, int route) {
        if (route < 0) {
            return new Stop(Reason.ALL_FAILED);
        }
        Cursor.RouteState routeState = remaining.routeStates().get(route);
        Route target = plan.route(route);
        Duration told = Duration.ofNanos(Math.max(0, routeState.availableAt() - now));
        Duration maxWait = options.retry().maxWait();
        if (told.compareTo(maxWait) > 0) {
            return Stop.with(
                    Reason.WAIT_TOO_LONG,
                    target.name() + " could be asked in " + SkipReason.millis(told) + ", and a call waits for "
                            + SkipReason.millis(maxWait) + " at most");
        }
        Duration wait = longer(Backoff.jittered(told, options.retry(), random), shorter(maxWait, backoff(true)));
        if (!isBeforeDeadline(wait)) {
            return exceedsDeadline(target, wait);
        }
        // Another attempt at a route that was tried before is a retry, however long the wait was.
        if (routeState.tries() > 0 && !resources.retryToken(target)) {
            return Stop.with(Reason.RETRY_BUDGET_EXHAUSTED, "the retry budget of " + target.name() + " is exhausted");
        }
        return new Again(remaining.to(route, wait), wait);
    }

    private static Stop exceedsDeadline(Route route, Duration wait) {
        return Stop.with(
                Reason.WAIT_EXCEEDS_DEADLINE,
                route.name() + " could be asked again in " + SkipReason.millis(wait)
                        + ", after the time of the call is over");
    }

    /** Chooses a route with a larger context window, then one whose window is unknown; else one with a shorter request. */
    private Decision largerWindow() {
        Cursor remaining = cursor.excludingRoute();
        int tooSmall = largestOverflow();
        int next = untried(remaining, window -> window != null && window > tooSmall);
        if (next < 0) {
            next = untried(remaining, window -> window == null);
        }
        return next >= 0
                ? new Again(remaining.to(next, Duration.ZERO), Duration.ZERO)
                : shorter(remaining).orElseGet(() -> new Stop(Reason.CANNOT_BE_SHORTENED));
    }

    private int untried(Cursor remaining, Predicate<@Nullable Integer> window) {
        for (int i = 0; i < plan.lastResorts(); i++) {
            Cursor.RouteState routeState = remaining.routeStates().get(i);
            if (routeState.isUntried()
                    && routeState.isAvailable(now)
                    && window.test(resources.window(plan.route(i)))
                    && isAffordable(i)) {
                return i;
            }
        }
        return -1;
    }

    /** Returns the largest window that the request overflowed in this call; its own size if none is known. */
    private int largestOverflow() {
        int largest = 0;
        for (Route route : plan.routes()) {
            Failure overflow = cursor.overflow(route);
            if (overflow != null && overflow.kind() == FailureKind.CONTEXT_OVERFLOW) {
                Integer reported = overflow.advice().window();
                Integer window = reported != null ? reported : resources.window(route);
                largest = window == null ? largest : Math.max(largest, window);
            }
        }
        return largest > 0 ? largest : resources.tokens();
    }

    /** Returns an attempt with a shortened request at a route that found it too long, the current one first. */
    private Optional<Decision> shorter(Cursor remaining) {
        int routes = plan.lastResorts();
        for (int i = 0; i < routes; i++) {
            int route = (cursor.route() + i) % routes;
            Cursor there = remaining.to(route, Duration.ZERO);
            if (there.routeState().shortened() == null
                    && cursor.overflow(plan.route(route)) != null
                    && isAffordable(route)
                    && resources.shorter(there) instanceof ConversationTrimmer.Shorter shorter) {
                return Optional.of(new Again(there.shortened(shorter), Duration.ZERO));
            }
        }
        return Optional.empty();
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) >= 0 ? one : other;
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) <= 0 ? one : other;
    }

    private boolean isAffordable(int route) {
        return resources.affordable(plan.route(route), cursor);
    }

    boolean isBeforeDeadline(Duration delay) {
        return deadline == Long.MAX_VALUE || deadline - now > Nanos.of(delay);
    }

    private Duration backoff(boolean throttled) {
        return Backoff.retryDelay(
                Math.max(1, cursor.routeState().turns()), throttled, cursor.waited(), options.retry(), random);
    }
}
