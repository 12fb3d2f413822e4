package dev.understudy.call;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Feature;
import dev.understudy.chat.ResumeToken;
import dev.understudy.event.CircuitState;
import dev.understudy.guard.CircuitBreaker;
import dev.understudy.guard.FailureRules;
import dev.understudy.guard.ProviderHealth;
import dev.understudy.policy.Selection;
import dev.understudy.pool.Cooldowns;
import dev.understudy.pool.PooledProvider;
import dev.understudy.pool.ProviderPool;
import dev.understudy.pool.Route;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Who may be asked, in which order: for each model of the chain, the providers as the selection orders them. Whoever cannot
 * serve the request is left out; gated and unwell routes are asked only when nobody else is left. Open circuits are left
 * alone, but for one: when all else has failed, or all are open, one call at a time tries the one that reopens first.
 */
public record Planner(
        ProviderPool providerPool,
        Map<String, List<String>> fallbacks,
        Cooldowns cooldowns,
        Selection selection,
        @Nullable Double maxCost,
        RandomGenerator random) {

    /**
     * @param begun the answer that is to be told again, which only one can do; {@code null} for a new one
     * @throws ChatException.Rejected if nobody can answer such a request
     */
    Plan plan(ChatRequest request, boolean stream, CallOptions options, @Nullable ResumeToken begun, long now) {
        Draft draft = new Draft(request, needs(request, stream, options), options, begun, now);
        List<PooledProvider> pooledProviders = providerPool.inOrder(now);
        draft.consider(request.model(), pooledProviders);
        for (String model : fallbacks.getOrDefault(request.model(), List.of())) {
            draft.consider(model, pooledProviders);
        }
        return draft.plan(stream);
    }

    private static Set<Feature> needs(ChatRequest request, boolean stream, CallOptions options) {
        Set<Feature> needs = EnumSet.noneOf(Feature.class);
        needs.addAll(request.needs());
        needs.addAll(options.requiredFeatures());
        if (stream) {
            needs.add(Feature.STREAMING);
            if (needs.contains(Feature.TOOLS)) {
                needs.add(Feature.STREAMING_TOOLS);
            }
        }
        return needs;
    }

    private record Late(Route route, long openAt) {}

    private final class Draft {

        private final ChatRequest request;
        private final Set<Feature> needs;
        private final CallOptions options;
        private final @Nullable ResumeToken begun;
        private final long now;
        private final List<Route> open = new ArrayList<>();
        private final List<Late> late = new ArrayList<>();
        private final List<Route> shut = new ArrayList<>();
        private final List<SkipReason.Skipped> skipped = new ArrayList<>();
        private @Nullable Route first;

        Draft(ChatRequest request, Set<Feature> needs, CallOptions options, @Nullable ResumeToken begun, long now) {
            this.request = request;
            this.needs = needs;
            this.options = options;
            this.begun = begun;
            this.now = now;
        }

        void consider(String model, List<PooledProvider> pooledProviders) {
            List<Route> able = new ArrayList<>(pooledProviders.size());
            for (PooledProvider pooledProvider : pooledProviders) {
                String theirs = pooledProvider.options().model(model);
                if (theirs == null) {
                    continue;
                }
                Route route;
                try {
                    route = new Route(
                            pooledProvider, theirs, pooledProvider.provider().capabilities(theirs));
                } catch (Throwable thrown) {
                    skip(
                            new Route(pooledProvider, theirs, Capabilities.assumed()),
                            new SkipReason.CapabilitiesFailed(thrown.getClass().getName()));
                    continue;
                }
                if (!isKnown(route) && canServe(route)) {
                    first = first == null ? route : first;
                    if (isOpen(route)) {
                        able.add(route);
                    }
                }
            }
            open.addAll(able.size() < 2 ? able : ordered(able));
        }

        private boolean isKnown(Route route) {
            return open.stream().anyMatch(route::isSameAs)
                    || shut.stream().anyMatch(route::isSameAs)
                    || late.stream().anyMatch(other -> route.isSameAs(other.route));
        }

        private boolean canServe(Route route) {
            SkipReason never = never(route);
            return never == null || !skip(route, never);
        }

        private @Nullable SkipReason never(Route route) {
            if (begun != null && !route.began(begun)) {
                return new SkipReason.OtherOrigin();
            }
            if (!providerPool.isAutomatic() && route.pooledProvider() != providerPool.active()) {
                return new SkipReason.NotActive();
            }
            return RouteChecks.forRequest(route, request, needs, options, maxCost);
        }

        private boolean isOpen(Route route) {
            SkipReason closed = RouteChecks.closed(route, now);
            if (closed != null) {
                shut.add(route);
                return !skip(route, closed);
            }
            Cooldowns.Cooldown cooldown = cooldowns.at(route.name(), route.model(), now);
            if (cooldown != null) {
                boolean worthWaiting = !FailureRules.of(cooldown.kind()).coolsDownModel();
                late.add(new Late(route, worthWaiting ? cooldown.until() : 0));
                return !skip(route, RouteChecks.coolingDown(cooldown, now));
            }
            if (route.pooledProvider().outOfRotation()) {
                late.add(new Late(route, 0));
                return !skip(route, new SkipReason.Unhealthy());
            }
            return true;
        }

        private boolean skip(Route route, SkipReason reason) {
            return skipped.add(new SkipReason.Skipped(route, reason));
        }

        private List<Route> ordered(List<Route> able) {
            Map<Selection.Candidate, Route> routes = new HashMap<>();
            List<Selection.Candidate> candidates = new ArrayList<>(able.size());
            for (Route route : able) {
                Selection.Candidate candidate = candidate(route);
                candidates.add(candidate);
                routes.put(candidate, route);
            }
            List<Route> order = new ArrayList<>();
            for (Selection.Candidate candidate : selected(candidates)) {
                Route route = routes.remove(candidate);
                if (route != null) {
                    order.add(route);
                }
            }
            return order;
        }

        private List<Selection.Candidate> selected(List<Selection.Candidate> candidates) {
            try {
                return selection.order(candidates, request, random);
            } catch (Throwable thrown) {
                throw CallerCode.rejected("The selection failed", thrown);
            }
        }

        private Selection.Candidate candidate(Route route) {
            ProviderHealth providerHealth = route.pooledProvider().health();
            return new Selection.Candidate(
                    route.name(),
                    route.model(),
                    route.capabilities(),
                    route.pooledProvider().options().weight(),
                    route.pooledProvider().options().tags(),
                    new Selection.Candidate.Load(
                            Duration.ofNanos((long) providerHealth.latency(now)),
                            providerHealth.inFlight(),
                            providerHealth.successRate(now)));
        }

        Plan plan(boolean stream) {
            AttemptLog attemptLog = trail();
            if (first == null) {
                throw new ChatException.Rejected(SkipReason.explain(request, stream, needs, skipped), attemptLog);
            }
            List<Long> openAt = new ArrayList<>();
            open.forEach(route -> openAt.add(0L));
            for (Late other : late) {
                open.add(other.route);
                openAt.add(other.openAt);
            }
            int early = open.size();
            Route best = firstToReopen();
            if (best != null) {
                open.add(best);
                openAt.add(0L);
            }
            if (open.isEmpty()) {
                throw new ChatException.Rejected("All providers that could answer are held back", attemptLog);
            }
            return new Plan(open, openAt, early, first, attemptLog);
        }

        private AttemptLog trail() {
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
            for (Route route : shut) {
                if (route.pooledProvider().isHeld(now)) {
                    continue;
                }
                CircuitBreaker.Reading reading = route.circuit().reading(now);
                if (reading.state() == CircuitState.HALF_OPEN) {
                    // One trial at a time is enough, wherever it is. Asked when all are open, it refuses and says why.
                    return open.isEmpty() ? route : null;
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
