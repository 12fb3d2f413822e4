package dev.understudy.call;

import dev.understudy.chat.Failure;
import dev.understudy.event.EventFormat;
import dev.understudy.guard.FailureRules;
import dev.understudy.guard.Nanos;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.pool.Route;
import dev.understudy.trim.ConversationTrimmer;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What follows from a failure before the first content. Pure and total; its table is {@link FailureRules}. */
public sealed interface Decision {

    /** Ask (again). */
    record Again(Cursor cursor, Duration delay) implements Decision {}

    /**
     * Ends the call.
     *
     * @param reason the reason, for decisions
     * @param why the reason in words, for people
     */
    record Stop(Reason reason, String why) implements Decision {

        enum Reason {
            DEADLINE_EXCEEDED("The time of the call is over"),
            ATTEMPT_LIMIT_REACHED("The limit of attempts is reached"),
            ALL_COOLING_DOWN("All providers/models are gated"),
            CONTENT_REFUSED("The request was refused and is not routed around the refusal"),
            INVALID_REQUEST("The request is not valid"),
            CANNOT_BE_SHORTENED(ConversationTrimmer.Stuck.WHY),
            SUBSCRIBER_STOPPED("The subscriber asked for nothing"),
            FATAL_ERROR("A fatal error of the JVM"),
            RETRY_BUDGET_EXHAUSTED("All providers/models failed"),
            WAIT_EXCEEDS_DEADLINE("All providers/models failed"),
            ALL_FAILED("All providers/models failed");

            private final String text;

            Reason(String text) {
                this.text = text;
            }
        }

        Stop(Reason reason) {
            this(reason, reason.text);
        }

        /** Returns the reason with this detail behind its text. */
        static Stop with(Reason reason, String detail) {
            return new Stop(reason, reason.text + "; " + detail);
        }
    }

    /**
     * Settings of the caller that decisions depend on.
     *
     * @param retry number and delay of retries
     * @param maxAttempts of a whole call, 0 for no bound
     * @param aroundFilters whether a refused request goes to the next route
     * @param invalidStops whether a request that one vendor does not understand stops the call
     */
    record Options(RetryPolicy retry, int maxAttempts, boolean aroundFilters, boolean invalidStops) {}

    /** Resources of one call that a decision may use: retry tokens, money, context windows, shorter requests. */
    interface Resources {

        /** Takes a token for one more try at this route; false when its retries are used up for now. */
        boolean retryToken(Route route);

        /** Whether this route may be asked again after this wait: its circuit is not open then, and nobody holds it. */
        boolean letsThrough(Route route, Duration after);

        /** Whether the call can still pay for a try at this route. */
        boolean affordable(Route route, Cursor cursor);

        /** The context window as declared or learned. */
        @Nullable
        Integer window(Route route);

        /** The request as it went to the current route, made shorter. */
        ConversationTrimmer.Outcome shorter(Cursor cursor);
    }

    /** Where a call begins: at the first route, unless that and all others must be waited for. */
    static Decision begin(Cursor start, Plan plan, Options options, long now, long deadline) {
        int first = 0;
        for (int i = 1; i < plan.early() && !start.routeStates().get(first).openAt(now); i++) {
            long here = start.routeStates().get(i).openAt();
            first = here == 0 || here - start.routeStates().get(first).openAt() < 0 ? i : first;
        }
        if (start.routeStates().get(first).openAt(now)) {
            return new Again(start.to(first, Duration.ZERO), Duration.ZERO);
        }
        long told = start.routeStates().get(first).openAt() - now;
        Duration wait = Duration.ofNanos(Math.min(told, Nanos.of(options.retry().maxWait())));
        if (deadline != Long.MAX_VALUE && deadline - now <= wait.toNanos()) {
            return Stop.with(
                    Stop.Reason.ALL_COOLING_DOWN,
                    plan.route(first).name() + " could be asked in " + EventFormat.millis(wait)
                            + ", after the time of the call is over");
        }
        return new Again(start.to(first, wait), wait);
    }

    /**
     * @param failure what went wrong
     * @param cursor where the call stands, this failure included
     * @param now this instant
     * @param deadline the instant when the call must be over, {@link Long#MAX_VALUE} for never
     * @param resources what there is to spend
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
        if (failure.phase() == Failure.Phase.DEADLINE) {
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
