package dev.understudy.call;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Feature;
import dev.understudy.chat.StreamChunk.ResumeToken;
import dev.understudy.event.ProviderStatus;
import dev.understudy.guard.CircuitBreaker;
import dev.understudy.guard.FailureRules;
import dev.understudy.pool.Cooldowns;
import dev.understudy.pool.PooledProvider;
import dev.understudy.pool.ProviderPool;
import dev.understudy.pool.Route;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Plans the routes of a call: for each model of the fallback chain the providers in the order of the selection. Routes that
 * cannot serve the request are left out; routes that cool down or are unhealthy come last. Of the routes with open circuits
 * one is kept as a last resort, the one that reopens first: one call at a time tries it when all others have failed.
 */
public record Planner(
        ProviderPool providerPool,
        Map<String, List<String>> fallbacks,
        Cooldowns cooldowns,
        RouteOrder routeOrder,
        @Nullable Double maxCost) {

    /**
     * Returns the plan of one call.
     *
     * @param resumeToken a stored answer to continue, which only its origin can do; {@code null} for a new answer
     * @throws ChatException.Rejected if no route can serve the request
     */
    Plan plan(ChatRequest request, boolean stream, CallOptions options, @Nullable ResumeToken resumeToken, long now) {
        Draft draft = new Draft(request, needs(request, stream, options), options, resumeToken, now);
        List<PooledProvider> pooledProviders = providerPool.inOrder(now);
        draft.add(request.model(), pooledProviders);
        for (String model : fallbacks.getOrDefault(request.model(), List.of())) {
            draft.add(model, pooledProviders);
        }
        return draft.plan(stream);
    }

    private static Set<Feature> needs(ChatRequest request, boolean stream, CallOptions options) {
        Set<Feature> needs = request.needs();
        if (!options.requiredFeatures().isEmpty()) {
            needs.addAll(options.requiredFeatures());
        }
        if (stream) {
            needs.add(Feature.STREAMING);
            if (needs.contains(Feature.TOOLS)) {
                needs.add(Feature.STREAMING_TOOLS);
            }
        }
        return needs;
    }

    private static boolean contains(List<Route> routes, Route route) {
        for (Route other : routes) {
            if (route.isSameAs(other)) {
                return true;
            }
        }
        return false;
    }

    private record Deferred(Route route, long availableAt) {}

    private final class Draft {

        private final ChatRequest request;
        private final Set<Feature> needs;
        private final CallOptions options;
        private final @Nullable ResumeToken resumeToken;
        private final long now;
        private final List<Route> available = new ArrayList<>(4);
        private final List<Deferred> deferred = new ArrayList<>(0);
        private final List<Route> circuitOpen = new ArrayList<>(0);
        private final List<SkipReason.Skipped> skipped = new ArrayList<>(0);
        private @Nullable Route first;

        Draft(
                ChatRequest request,
                Set<Feature> needs,
                CallOptions options,
                @Nullable ResumeToken resumeToken,
                long now) {
            this.request = request;
            this.needs = needs;
            this.options = options;
            this.resumeToken = resumeToken;
            this.now = now;
        }

        void add(String model, List<PooledProvider> pooledProviders) {
            List<Route> usable = new ArrayList<>(pooledProviders.size());
            Route preferred = null;
            for (PooledProvider pooledProvider : pooledProviders) {
                String providerModel = pooledProvider.options().model(model);
                if (providerModel == null) {
                    continue;
                }
                Route route;
                try {
                    route = new Route(
                            pooledProvider,
                            providerModel,
                            pooledProvider.provider().capabilities(providerModel));
                } catch (Throwable thrown) {
                    skip(
                            new Route(pooledProvider, providerModel, Capabilities.assumed()),
                            new SkipReason.CapabilitiesFailed(thrown.getClass().getName()));
                    continue;
                }
                if (!isKnown(route) && canServe(route)) {
                    if (preferred == null || pooledProvider == providerPool.primary()) {
                        preferred = route;
                    }
                    if (isAvailable(route)) {
                        usable.add(route);
                    }
                }
            }
            List<Route> order = usable.size() < 2 ? usable : routeOrder.order(usable, request, now);
            available.addAll(order);
            if (first == null) {
                boolean reordered = !order.isEmpty() && !order.get(0).isSameAs(usable.get(0));
                first = reordered ? order.get(0) : preferred;
            }
        }

        private boolean isKnown(Route route) {
            return contains(available, route) || contains(circuitOpen, route) || isDeferred(route);
        }

        private boolean isDeferred(Route route) {
            for (Deferred other : deferred) {
                if (route.isSameAs(other.route)) {
                    return true;
                }
            }
            return false;
        }

        private boolean canServe(Route route) {
            SkipReason reason = unableReason(route);
            if (reason != null) {
                skip(route, reason);
            }
            return reason == null;
        }

        private @Nullable SkipReason unableReason(Route route) {
            if (resumeToken != null && !route.isOriginOf(resumeToken)) {
                return new SkipReason.OtherOrigin();
            }
            if (!providerPool.isAutomatic() && route.pooledProvider() != providerPool.active()) {
                return new SkipReason.NotActive();
            }
            return RouteChecks.forRequest(route, request, needs, options, maxCost);
        }

        private boolean isAvailable(Route route) {
            SkipReason reason = RouteChecks.unavailable(route, now);
            if (reason != null) {
                circuitOpen.add(route);
                skip(route, reason);
                return false;
            }
            Cooldowns.Cooldown cooldown = cooldowns.at(route.name(), route.model(), now);
            if (cooldown != null) {
                boolean worthWaiting = !FailureRules.of(cooldown.kind()).coolsDownModel();
                deferred.add(new Deferred(route, worthWaiting ? cooldown.until() : 0));
                skip(route, RouteChecks.coolingDown(cooldown, now));
                return false;
            }
            SkipReason unhealthy = RouteChecks.unhealthy(route.pooledProvider(), now);
            if (unhealthy != null) {
                deferred.add(new Deferred(route, 0));
                skip(route, unhealthy);
                return false;
            }
            return true;
        }

        private void skip(Route route, SkipReason reason) {
            skipped.add(new SkipReason.Skipped(route, reason));
        }

        Plan plan(boolean stream) {
            AttemptLog attemptLog = skippedLog();
            if (first == null) {
                throw new ChatException.Rejected(
                        SkipReason.rejection(skipped),
                        SkipReason.explain(request, stream, needs, skipped),
                        attemptLog,
                        null);
            }
            List<Long> availableAt = new ArrayList<>(available.size() + deferred.size() + 1);
            for (int i = 0; i < available.size(); i++) {
                availableAt.add(0L);
            }
            for (Deferred other : deferred) {
                available.add(other.route);
                availableAt.add(other.availableAt);
            }
            int lastResorts = available.size();
            Route best = firstToReopen();
            if (best != null) {
                available.add(best);
                availableAt.add(0L);
            }
            if (available.isEmpty()) {
                throw new ChatException.Rejected(
                        ChatException.Rejected.Reason.UNAVAILABLE,
                        "All providers that could answer are held back",
                        attemptLog,
                        null);
            }
            return new Plan(available, availableAt, lastResorts, first, attemptLog);
        }

        private AttemptLog skippedLog() {
            if (skipped.isEmpty()) {
                return AttemptLog.empty();
            }
            return new AttemptLog(skipped.stream()
                    .map(each -> AttemptLog.Attempt.skipped(
                            each.route().name(),
                            each.route().model(),
                            each.reason().failure()))
                    .toList());
        }

        private @Nullable Route firstToReopen() {
            Route best = null;
            long soonest = Long.MAX_VALUE;
            for (Route route : circuitOpen) {
                if (route.pooledProvider().isHeld(now)) {
                    continue;
                }
                CircuitBreaker.Reading reading = route.circuit().reading(now);
                if (reading.state() == ProviderStatus.CircuitState.HALF_OPEN) {
                    // One trial at a time, at any route. When all circuits are open, the attempt is skipped with this
                    // reason.
                    return available.isEmpty() ? route : null;
                }
                if (reading.remaining() < soonest) {
                    best = route;
                    soonest = reading.remaining();
                }
            }
            return best;
        }
    }
}
