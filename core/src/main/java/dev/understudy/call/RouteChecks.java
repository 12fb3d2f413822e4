package dev.understudy.call;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Feature;
import dev.understudy.guard.CircuitBreaker;
import dev.understudy.guard.FailureRules;
import dev.understudy.policy.TokenCounter;
import dev.understudy.pool.Cooldowns;
import dev.understudy.pool.PooledProvider;
import dev.understudy.pool.Route;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks whether a route can serve a request, and whether it is available at an instant. Pure. */
final class RouteChecks {

    private RouteChecks() {}

    /** Returns the reason why a route can never serve a request; {@code null} if it can. */
    static @Nullable SkipReason forRequest(
            Route route, ChatRequest request, Set<Feature> needs, CallOptions options, @Nullable Double maxCost) {
        if (!route.capabilities().has(needs)) {
            return new SkipReason.Lacks(missing(route, needs));
        }
        for (Map.Entry<String, String> tag : options.requiredTags().entrySet()) {
            if (!tag.getValue().equals(route.pooledProvider().options().tags().get(tag.getKey()))) {
                return new SkipReason.NotTagged(tag.getKey(), tag.getValue());
            }
        }
        for (String avoided : options.avoided()) {
            if (route.matches(avoided)) {
                return new SkipReason.Avoided();
            }
        }
        if (maxCost != null && route.capabilities().price() != null) {
            double cost =
                    route.capabilities().cost(TokenCounter.characters().estimateUsage(request, route.capabilities()));
            if (cost > maxCost) {
                return new SkipReason.TooExpensive(cost, maxCost);
            }
        }
        return null;
    }

    /** Returns the hold of a provider by an operator; {@code null} for none. */
    static @Nullable SkipReason hold(PooledProvider pooledProvider, long now) {
        return pooledProvider.isHeld(now) ? new SkipReason.Held(duration(pooledProvider.heldFor(now))) : null;
    }

    /** Returns the reason why a provider is out of rotation; {@code null} if it is not. */
    static @Nullable SkipReason unhealthy(PooledProvider pooledProvider, long now) {
        if (pooledProvider.failsHealthChecks()) {
            return new SkipReason.Unhealthy();
        }
        if (!pooledProvider.outOfRotation(now)) {
            return null;
        }
        CircuitBreaker.Reading reading = pooledProvider.ownCircuit().reading(now);
        return new SkipReason.SeveralModelsFail(reading.cause(), duration(reading.remaining()));
    }

    /** Returns the cooldown until a time that the vendor named, before which no call asks; {@code null} for none. */
    static @Nullable SkipReason statedWait(Route route, Cooldowns cooldowns, long now) {
        Cooldowns.Cooldown cooldown = cooldowns.at(route.name(), route.model(), now);
        return cooldown == null || FailureRules.of(cooldown.kind()).coolsDownModel()
                ? null
                : coolingDown(cooldown, now);
    }

    /** Returns the reason why a call does not wait for a route: a hold or an open circuit; {@code null} for none. */
    static @Nullable SkipReason unavailable(Route route, long now) {
        SkipReason hold = hold(route.pooledProvider(), now);
        if (hold != null) {
            return hold;
        }
        CircuitBreaker circuit = route.circuit();
        if (circuit.isClosed()) {
            return null;
        }
        CircuitBreaker.Reading reading = circuit.reading(now);
        return reading.remaining() <= 0
                ? null
                : new SkipReason.CircuitOpen(reading.state(), reading.cause(), duration(reading.remaining()));
    }

    static SkipReason denied(CircuitBreaker.Denied denied) {
        return new SkipReason.CircuitOpen(denied.state(), denied.cause(), duration(denied.remaining()));
    }

    static SkipReason coolingDown(Cooldowns.Cooldown cooldown, long now) {
        return new SkipReason.CoolingDown(cooldown.kind(), Duration.ofNanos(cooldown.until() - now));
    }

    private static @Nullable Duration duration(long nanos) {
        return nanos == Long.MAX_VALUE ? null : Duration.ofNanos(nanos);
    }

    private static Set<Feature> missing(Route route, Set<Feature> needs) {
        Set<Feature> missing = EnumSet.noneOf(Feature.class);
        for (Feature need : needs) {
            if (!route.capabilities().has(need)) {
                missing.add(need);
            }
        }
        return missing;
    }
}
