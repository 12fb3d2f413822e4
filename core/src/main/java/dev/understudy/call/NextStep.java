package dev.understudy.call;

import dev.understudy.call.Decision.Again;
import dev.understudy.call.Decision.Stop;
import dev.understudy.call.Decision.Stop.Reason;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.event.EventFormat;
import dev.understudy.guard.FailureRules;
import dev.understudy.guard.FailureRules.Same;
import dev.understudy.guard.Nanos;
import dev.understudy.pool.Route;
import dev.understudy.trim.ConversationTrimmer;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Weighs one failure: the same route again, the next one, one that must be waited for, or nothing. */
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
        Optional<Duration> again = sameRoute();
        Route here = plan.route(cursor.route());
        if (again.isPresent()
                && fits(again.get())
                && resources.letsThrough(here, again.get())
                && resources.retryToken(here)) {
            return new Again(cursor.to(cursor.route(), again.get()), again.get());
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
            case YES -> {}
        }
        Decision elsewhere = elsewhere();
        boolean tooLate = again.isPresent() && !fits(again.get());
        return tooLate && elsewhere instanceof Stop stop && stop.reason() == Reason.ALL_FAILED
                ? tooLate(here, again.get())
                : elsewhere;
    }

    /** How long to wait before the same route is asked again, if it is at all. */
    private Optional<Duration> sameRoute() {
        int retriesSoFar = cursor.routeState().turns() - 1;
        boolean left = retriesSoFar < options.retry().retries();
        Same same = sameByAdvice();
        Duration told = failure.retryAfter();
        if (!left || same == Same.NO) {
            return Optional.empty();
        }
        if (rule.obeysRetryAfter() && told != null) {
            return told.compareTo(options.retry().maxInPlaceWait()) <= 0
                    ? Optional.of(Backoff.advisedDelay(told, random))
                    : Optional.empty();
        }
        boolean once = retriesSoFar == 0;
        return switch (same) {
            case BACK_OFF -> Optional.of(backoff(false));
            case THROTTLED -> Optional.of(backoff(true));
            case ONCE_AT_ONCE -> once ? Optional.of(Duration.ZERO) : Optional.empty();
            case ONCE -> once ? Optional.of(backoff(false)) : Optional.empty();
            case ONCE_IF_ALONE -> once && plan.early() == 1 ? Optional.of(Duration.ZERO) : Optional.empty();
            case NO -> Optional.empty();
        };
    }

    /** What the vendor says of sending the same again outweighs the table. */
    private Same sameByAdvice() {
        Boolean should = failure.advice().shouldRetry();
        if (should == null) {
            return rule.same();
        }
        if (!should) {
            return Same.NO;
        }
        return failure.kind() == FailureKind.INVALID_REQUEST ? Same.BACK_OFF : rule.same();
    }

    private Decision elsewhere() {
        Cursor settled = settled();
        for (int i = 0; i < plan.early(); i++) {
            Cursor.RouteState routeState = settled.routeStates().get(i);
            if (i != cursor.route() && routeState.fresh() && routeState.openAt(now) && canPay(i)) {
                return new Again(settled.to(i, Duration.ZERO), Duration.ZERO);
            }
        }
        Decision wait = waitFor(settled, earliest(settled));
        int last = wait instanceof Stop ? lastResort(settled) : -1;
        return last < 0 ? wait : new Again(settled.to(last, Duration.ZERO), Duration.ZERO);
    }

    /** A route whose circuit is open, when nothing else is left; but not for a request that is itself at fault. */
    private int lastResort(Cursor settled) {
        for (int i = plan.early(); i < plan.routes().size() && rule.next() == FailureRules.Next.YES; i++) {
            if (settled.routeStates().get(i).fresh() && canPay(i)) {
                return i;
            }
        }
        return -1;
    }

    /** The current route is done with, unless it named a time when it may be asked again. */
    private Cursor settled() {
        boolean left = cursor.routeState().turns() <= options.retry().retries();
        Duration told = failure.retryAfter();
        boolean forbidden = Boolean.FALSE.equals(failure.advice().shouldRetry());
        boolean mayReturn = left && !forbidden && rule.obeysRetryAfter();
        return mayReturn && told != null ? cursor.notBefore(now + Nanos.of(told)) : cursor.without();
    }

    private static int earliest(Cursor settled) {
        int earliest = -1;
        for (int i = 0; i < settled.routeStates().size(); i++) {
            Cursor.RouteState routeState = settled.routeStates().get(i);
            if (!routeState.out()
                    && routeState.openAt() != 0
                    && (earliest < 0
                            || routeState.openAt()
                                            - settled.routeStates()
                                                    .get(earliest)
                                                    .openAt()
                                    < 0)) {
                earliest = i;
            }
        }
        return earliest;
    }

    private Decision waitFor(Cursor settled, int route) {
        if (route < 0) {
            return new Stop(Reason.ALL_FAILED);
        }
        Cursor.RouteState routeState = settled.routeStates().get(route);
        Route there = plan.route(route);
        long cap = Nanos.of(options.retry().maxWait());
        long told = Math.min(cap, Math.max(0, routeState.openAt() - now));
        Duration wait = Duration.ofNanos(Math.max(told, Math.min(cap, Nanos.of(backoff(true)))));
        if (!fits(wait)) {
            return tooLate(there, wait);
        }
        // Whoever was asked before is asked again: that is a retry, however long it was waited for.
        if (routeState.tries() > 0 && !resources.retryToken(there)) {
            return Stop.with(Reason.RETRY_BUDGET_EXHAUSTED, "the retries of " + there.name() + " are used up for now");
        }
        return new Again(settled.to(route, wait), wait);
    }

    private static Stop tooLate(Route route, Duration wait) {
        return Stop.with(
                Reason.WAIT_EXCEEDS_DEADLINE,
                route.name() + " could be asked again in " + EventFormat.millis(wait)
                        + ", after the time of the call is over");
    }

    /** A route with more room first; else the same one with less to say, once. */
    private Decision largerWindow() {
        Integer here = failure.advice().window() != null
                ? failure.advice().window()
                : resources.window(plan.route(cursor.route()));
        Cursor settled = cursor.without();
        for (int i = 0; i < plan.early() && here != null; i++) {
            Cursor.RouteState routeState = settled.routeStates().get(i);
            Integer there = resources.window(plan.route(i));
            if (routeState.fresh() && routeState.openAt(now) && there != null && there > here && canPay(i)) {
                return new Again(settled.to(i, Duration.ZERO), Duration.ZERO);
            }
        }
        if (cursor.routeState().shortened() == null
                && resources.shorter(cursor) instanceof ConversationTrimmer.Shorter less) {
            return new Again(cursor.shortened(less), Duration.ZERO);
        }
        return new Stop(Reason.CANNOT_BE_SHORTENED);
    }

    private boolean canPay(int route) {
        return resources.affordable(plan.route(route), cursor);
    }

    private boolean fits(Duration delay) {
        return deadline == Long.MAX_VALUE || deadline - now > Nanos.of(delay);
    }

    private Duration backoff(boolean throttled) {
        return Backoff.retryDelay(
                Math.max(1, cursor.routeState().turns()), throttled, cursor.waited(), options.retry(), random);
    }
}
