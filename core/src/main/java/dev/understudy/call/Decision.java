package dev.understudy.call;

import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.guard.FailureRules;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.pool.Route;
import dev.understudy.trim.ConversationTrimmer;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The step after a failure before the first content. Pure and total; its table is {@link FailureRules}. */
public sealed interface Decision {

    /** Makes an attempt at the cursor's route after a delay. */
    record Again(Cursor cursor, Duration delay) implements Decision {}

    /**
     * Ends the call.
     *
     * @param reason the reason, for decisions
     * @param text the reason in words, for people
     * @param failure failure that no attempt of the call reported, {@code null} for none
     */
    record Stop(Reason reason, String text, @Nullable Failure failure) implements Decision {

        enum Reason {
            DEADLINE_EXCEEDED("The time of the call is over"),
            ATTEMPT_LIMIT_REACHED("The limit of attempts is reached"),
            ALL_COOLING_DOWN("All providers/models are cooling down"),
            CONTENT_REFUSED("The request was refused and is not routed around the refusal"),
            INVALID_REQUEST("The request is not valid"),
            CANNOT_BE_SHORTENED(ConversationTrimmer.Irreducible.MESSAGE),
            SUBSCRIBER_STOPPED("The subscriber requested nothing"),
            FATAL_ERROR("A fatal error of the JVM"),
            RETRY_BUDGET_EXHAUSTED("All providers/models failed"),
            WAIT_EXCEEDS_DEADLINE("All providers/models failed"),
            WAIT_TOO_LONG("All providers/models failed"),
            ALL_FAILED("All providers/models failed");

            private final String text;

            Reason(String text) {
                this.text = text;
            }
        }

        Stop(Reason reason) {
            this(reason, reason.text);
        }

        Stop(Reason reason, String text) {
            this(reason, text, null);
        }

        /** Returns a stop with a detail appended to the text of its reason. */
        static Stop with(Reason reason, String detail) {
            return new Stop(reason, reason.text + "; " + detail);
        }

        Stop withFailure(Failure failure) {
            return new Stop(reason, text, failure);
        }
    }

    /**
     * Settings of the caller that decisions depend on.
     *
     * @param retry number and delay of retries
     * @param maxAttempts limit of attempts of a call, 0 for none
     * @param aroundFilters true if a request that a provider refused is sent to the next route
     * @param invalidStops true if a request that a vendor calls invalid ends the call
     */
    record Options(RetryPolicy retry, int maxAttempts, boolean aroundFilters, boolean invalidStops) {}

    /** Resources of one call that a decision may use: retry tokens, money, context windows, shorter requests. */
    interface Resources {

        /** Takes the token of one retry at this route; returns false if its retry budget is exhausted. */
        boolean retryToken(Route route);

        /** Returns the kind of failure that the route cools down after; RATE_LIMITED if it does not cool down. */
        FailureKind coolingDownAfter(Route route);

        /** Returns true if after this delay the circuit of the route is not open and the provider is not held. */
        boolean isAvailable(Route route, Duration after);

        /** Returns true if calls may wait for one of the concurrent calls of the route's provider. */
        boolean queues(Route route);

        /** Returns the number of calls that wait for the route's provider, for each of its concurrent calls. */
        double queueLength(Route route);

        /** Returns true if the provider refused the last connection, and no operator keeps the route from being asked. */
        boolean refusesConnections(Route route);

        /** Returns true if the cost limit of the call allows an attempt at this route. */
        boolean affordable(Route route, Cursor cursor);

        /** Returns the declared or learned context window, {@code null} when unknown. */
        @Nullable
        Integer window(Route route);

        /** Returns the estimated tokens of the caller's messages. */
        int tokens();

        /** Returns the last request to the current route, shortened further. */
        ConversationTrimmer.Outcome shorter(Cursor cursor);
    }

    /**
     * Returns the first step: the first route at once, or the one that is available first if all are cooling down. One that
     * cools down for longer than a call waits is not waited for.
     */
    static Decision first(
            Cursor start,
            Plan plan,
            Options options,
            long now,
            long deadline,
            RandomGenerator random,
            Resources resources) {
        int first = 0;
        for (int i = 1;
                i < plan.lastResorts() && !start.routeStates().get(first).isAvailable(now);
                i++) {
            long availableAt = start.routeStates().get(i).availableAt();
            first = availableAt == 0
                            || availableAt - start.routeStates().get(first).availableAt() < 0
                    ? i
                    : first;
        }
        if (start.routeStates().get(first).isAvailable(now)) {
            return new Again(start.to(first, Duration.ZERO), Duration.ZERO);
        }
        Duration told = Duration.ofNanos(start.routeStates().get(first).availableAt() - now);
        boolean tooLong = told.compareTo(options.retry().maxWait()) > 0;
        if (tooLong && plan.routes().size() > plan.lastResorts()) {
            return new Again(start.to(plan.lastResorts(), Duration.ZERO), Duration.ZERO);
        }
        Duration wait = Backoff.jittered(told, options.retry(), random);
        if (tooLong || (deadline != Long.MAX_VALUE && deadline - now <= wait.toNanos())) {
            Route route = plan.route(first);
            Failure failure = Failure.of(
                            resources.coolingDownAfter(route), route.name() + "/" + route.model() + " is cooling down")
                    .withRetryAfter(told);
            String when = tooLong
                    ? ", and a call waits for "
                            + SkipReason.millis(options.retry().maxWait()) + " at most"
                    : ", after the time of the call is over";
            return Stop.with(
                            Stop.Reason.ALL_COOLING_DOWN,
                            route.name() + " could be asked in " + SkipReason.millis(told) + when)
                    .withFailure(failure);
        }
        return new Again(start.to(first, wait), wait);
    }

    /**
     * Returns the step after a failed attempt or a skip.
     *
     * @param failure the failure
     * @param cursor state of the call, this failure included
     * @param now the current instant
     * @param deadline the instant when the call must be over, {@link Long#MAX_VALUE} for none
     * @param resources resources of the call
     */
    static Decision after(
            Failure failure,
            Cursor cursor,
            Plan plan,
            Options options,
            long now,
            long deadline,
            RandomGenerator random,
            Resources resources) {
        boolean late = deadline != Long.MAX_VALUE && deadline - now <= 0;
        if (late || failure.phase() == Failure.Phase.DEADLINE) {
            return new Stop(Stop.Reason.DEADLINE_EXCEEDED);
        }
        if (failure.phase() == Failure.Phase.CONSUMER) {
            return new Stop(Stop.Reason.SUBSCRIBER_STOPPED);
        }
        if (options.maxAttempts() > 0 && cursor.attempts() >= options.maxAttempts()) {
            return new Stop(
                    Stop.Reason.ATTEMPT_LIMIT_REACHED,
                    "The limit of " + options.maxAttempts() + " attempts is reached");
        }
        return new NextStep(
                        failure,
                        FailureRules.of(failure.kind()),
                        cursor,
                        plan,
                        options,
                        now,
                        deadline,
                        random,
                        resources)
                .decide();
    }
}
