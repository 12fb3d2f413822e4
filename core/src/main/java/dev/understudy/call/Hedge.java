package dev.understudy.call;

import dev.understudy.event.Event;
import dev.understudy.guard.Nanos;
import dev.understudy.guard.TokenBucket;
import dev.understudy.policy.HedgingPolicy;
import dev.understudy.pool.Route;
import java.time.Duration;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Hedging: makes a second attempt at another provider's route when the first is slower than usual. The attempt with the
 * first content serves the call, and the other is cancelled before that content is emitted. A failed attempt does not end
 * the race: the result of the other is waited for.
 */
final class Hedge {

    private final HedgingPolicy policy;
    private final Policies policies;
    private final TokenBucket allowance;

    Hedge(Policies policies, long now) {
        this.policy = policies.hedgingPolicy();
        this.policies = policies;
        // Calls earn the share of the policy; one token is there from the start, so that the first slow call can be
        // hedged.
        double saved = Math.max(1, 100 * policy.maxExtra());
        this.allowance = new TokenBucket(saved, 0, now);
        allowance.add(1 - saved, now);
    }

    /**
     * Makes the attempt of a cursor: in a race with a later one at another provider where the policy and the plan allow,
     * otherwise alone.
     */
    <T> Flux<T> run(Call call, Cursor cursor, CallMode<T> mode) {
        int other = policy.enabled() ? hedgeRoute(call, cursor) : -1;
        if (other < 0) {
            return new Attempt(call, cursor, null).run(mode);
        }
        Race race = new Race();
        Attempt attempt = new Attempt(call, cursor, race);
        if (cursor.attempts() == 0) {
            allowance.add(policy.maxExtra(), call.now());
        }
        Route route = call.plan().route(cursor.route());
        Duration delay = delay(route);
        Sinks.Empty<Void> firstFailed = Sinks.empty();
        Mono<Long> tooSlow =
                Mono.delay(delay, policies.timeSource().scheduler()).takeUntilOther(firstFailed.asMono());
        Flux<T> first = race.run(attempt, attempt.run(mode))
                .doOnError(AttemptFailure.class, failed -> wasted(failed, attempt, race, call))
                .doOnError(error -> firstFailed.tryEmitEmpty());
        Flux<T> second = tooSlow.flatMapMany(tick -> second(call, cursor, other, delay, mode, race));
        return Flux.firstWithValue(first, second)
                .onErrorMap(NoSuchElementException.class, none -> merged(none, other, call));
    }

    private <T> Flux<T> second(Call call, Cursor cursor, int other, Duration delay, CallMode<T> mode, Race race) {
        Route slow = call.plan().route(cursor.route());
        Cursor hedgeCursor = cursor.to(other, Duration.ZERO);
        Route hedge = call.plan().route(other);
        long now = call.now();
        if (!call.affordable(cursor, slow, hedge) || !allowance.take(1, now)) {
            return Flux.empty();
        }
        if (!hedge.pooledProvider().retryTokens().take(now)) {
            allowance.add(1, now);
            return Flux.empty();
        }
        call.publish(new Event.Hedged(call.id(), slow.toEvent(), hedge.toEvent(), delay));
        Attempt attempt = new Attempt(call, hedgeCursor, race);
        return race.run(attempt, attempt.run(mode))
                .doOnError(AttemptFailure.class, failed -> wasted(failed, attempt, race, call));
    }

    /** Logs a failed attempt of a race that goes on. One that had claimed the call is logged by its cursor. */
    private static void wasted(AttemptFailure failed, Attempt attempt, Race race, Call call) {
        if (!race.isWonBy(attempt)) {
            call.wasted().add(failed.logEntry());
        }
    }

    private Duration delay(Route route) {
        long expected = route.pooledProvider().health().firstContentPercentile(policy.percentile());
        return Duration.ofNanos(Math.max(Nanos.of(policy.atLeast()), expected));
    }

    /** Returns the index of an available route of another provider, -1 for none. */
    private static int hedgeRoute(Call call, Cursor cursor) {
        Route route = call.plan().route(cursor.route());
        int maxAttempts = call.policies().options().maxAttempts();
        if (maxAttempts > 0 && cursor.attempts() + 2 > maxAttempts) {
            return -1;
        }
        for (int i = 0; i < call.plan().lastResorts(); i++) {
            Cursor.RouteState routeState = cursor.routeStates().get(i);
            if (routeState.isUntried()
                    && routeState.availableAt() == 0
                    && call.plan().route(i).pooledProvider() != route.pooledProvider()) {
                return i;
            }
        }
        return -1;
    }

    /** Merges the failures of both attempts: the first attempt's decides the next step, the hedge's is logged after it. */
    private static Throwable merged(NoSuchElementException none, int other, Call call) {
        @Nullable AttemptFailure first = null;
        @Nullable AttemptFailure second = null;
        for (Throwable error : Exceptions.unwrapMultiple(none.getCause())) {
            if (error instanceof AttemptFailure failed) {
                call.wasted().remove(failed.logEntry()); // logged by the merged cursor from now on
                boolean isHedge = failed.cursor().route() == other;
                first = isHedge ? first : failed;
                second = isHedge ? failed : second;
            } else if (!(error instanceof NoSuchElementException)) {
                return error;
            }
        }
        if (first == null || second == null) {
            return first != null ? first : second != null ? second : none;
        }
        Cursor both = first.cursor().plusHedge(other, second.cursor());
        return new AttemptFailure(both, first.failed());
    }
}
