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
 * Asks a second route when the first is slower than usual. Whoever has content first serves the call; the other is cancelled
 * before that content is shown. A fast failure wins nothing: the other one is waited for.
 */
final class Hedge {

    private final HedgingPolicy policy;
    private final Policies policies;
    private final TokenBucket allowance;

    Hedge(Policies policies, long now) {
        this.policy = policies.hedgingPolicy();
        this.policies = policies;
        // Calls earn their share; one is there from the start, so that the first straggler can be helped.
        double saved = Math.max(1, 100 * policy.maxExtra());
        this.allowance = new TokenBucket(saved, 0, now);
        allowance.add(1 - saved, now);
    }

    <T> Flux<T> around(Call call, Cursor cursor, CallMode<T> mode) {
        int other = policy.enabled() ? other(call, cursor) : -1;
        if (other < 0) {
            return new Attempt(call, cursor, null).through(mode);
        }
        Race race = new Race();
        Attempt attempt = new Attempt(call, cursor, race);
        if (cursor.attempts() == 0) {
            allowance.add(policy.maxExtra(), call.now());
        }
        Route route = call.plan().route(cursor.route());
        Duration delay = delay(route);
        Sinks.Empty<Void> failed = Sinks.empty();
        Mono<Long> tooSlow =
                Mono.delay(delay, policies.timeSource().scheduler()).takeUntilOther(failed.asMono());
        Flux<T> first = race.run(attempt, attempt.through(mode))
                .doOnError(AttemptFailure.class, miss -> call.wasted().add(miss.entry()))
                .doOnError(error -> failed.tryEmitEmpty());
        Flux<T> second = tooSlow.flatMapMany(tick -> second(call, cursor, other, delay, mode, race))
                .doOnError(AttemptFailure.class, miss -> call.wasted().add(miss.entry()));
        return Flux.firstWithValue(first, second)
                .onErrorMap(NoSuchElementException.class, none -> together(none, other, call));
    }

    private <T> Flux<T> second(Call call, Cursor cursor, int other, Duration delay, CallMode<T> mode, Race race) {
        Route slow = call.plan().route(cursor.route());
        Cursor there = cursor.to(other, Duration.ZERO);
        Route with = call.plan().route(other);
        long now = call.now();
        if (!call.affordable(cursor, slow, with) || !allowance.take(1, now)) {
            return Flux.empty();
        }
        if (!with.pooledProvider().retryTokens().take(now)) {
            allowance.add(1, now);
            return Flux.empty();
        }
        call.tell(new Event.Hedged(call.id(), slow.name(), slow.model(), with.name(), with.model(), delay));
        Attempt attempt = new Attempt(call, there, race);
        return race.run(attempt, attempt.through(mode));
    }

    private Duration delay(Route route) {
        long usual = route.pooledProvider().health().firstContentPercentile(policy.percentile());
        return Duration.ofNanos(Math.max(Nanos.of(policy.atLeast()), usual));
    }

    /** A route of another provider that is free now; -1 for none. */
    private static int other(Call call, Cursor cursor) {
        Route route = call.plan().route(cursor.route());
        int most = call.policies().options().maxAttempts();
        if (most > 0 && cursor.attempts() + 2 > most) {
            return -1;
        }
        for (int i = 0; i < call.plan().early(); i++) {
            Cursor.RouteState routeState = cursor.routeStates().get(i);
            if (routeState.fresh()
                    && routeState.openAt() == 0
                    && call.plan().route(i).pooledProvider() != route.pooledProvider()) {
                return i;
            }
        }
        return -1;
    }

    /** One failed, or both: the first one's failure decides what follows, and the other's stands behind it in the trail. */
    private static Throwable together(NoSuchElementException none, int other, Call call) {
        @Nullable AttemptFailure first = null;
        @Nullable AttemptFailure second = null;
        for (Throwable error : Exceptions.unwrapMultiple(none.getCause())) {
            if (error instanceof AttemptFailure miss) {
                call.wasted().remove(miss.entry()); // the cursor tells of it from now on
                boolean hedged = miss.cursor().route() == other;
                first = hedged ? first : miss;
                second = hedged ? miss : second;
            } else if (!(error instanceof NoSuchElementException)) {
                return error;
            }
        }
        if (first == null || second == null) {
            return first != null ? first : second != null ? second : none;
        }
        Cursor both = first.cursor().beside(other, second.cursor());
        return new AttemptFailure(both, first.failed());
    }
}
