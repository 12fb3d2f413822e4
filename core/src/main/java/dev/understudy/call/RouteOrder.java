package dev.understudy.call;

import dev.understudy.chat.ChatRequest;
import dev.understudy.guard.ProviderHealth;
import dev.understudy.policy.Selection;
import dev.understudy.pool.Route;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Orders the available routes of one model by the selection policy. A route that the selection leaves out is not tried.
 *
 * @param selection the policy
 * @param random random source of the policy
 */
public record RouteOrder(Selection selection, RandomGenerator random) {

    List<Route> order(List<Route> usable, ChatRequest request, long now) {
        Map<Selection.Candidate, Route> routes = new HashMap<>();
        List<Selection.Candidate> candidates = new ArrayList<>(usable.size());
        for (Route route : usable) {
            Selection.Candidate candidate = candidate(route, now);
            candidates.add(candidate);
            routes.put(candidate, route);
        }
        List<Route> order = new ArrayList<>();
        for (Selection.Candidate candidate : selected(candidates, request)) {
            Route route = routes.remove(candidate);
            if (route != null) {
                order.add(route);
            }
        }
        return order;
    }

    private List<Selection.Candidate> selected(List<Selection.Candidate> candidates, ChatRequest request) {
        try {
            return selection.order(candidates, request, random);
        } catch (Throwable thrown) {
            throw CallerCode.rejected("The selection failed", thrown);
        }
    }

    private static Selection.Candidate candidate(Route route, long now) {
        ProviderHealth health = route.pooledProvider().health();
        return new Selection.Candidate(
                route.name(),
                route.model(),
                route.capabilities(),
                route.pooledProvider().options().weight(),
                route.pooledProvider().options().tags(),
                new Selection.Candidate.Load(
                        Duration.ofNanos((long) health.latency(now)), health.inFlight(), health.successRate(now)));
    }
}
