package dev.understudy.call;

import dev.understudy.chat.ChatRequest;
import dev.understudy.guard.ProviderHealth;
import dev.understudy.policy.Selection;
import dev.understudy.pool.Route;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Orders the available routes of one model by the selection policy. A route that the selection leaves out is not tried.
 *
 * @param selection the policy
 * @param random random source of the policy
 */
public record RouteOrder(Selection selection, RandomGenerator random) {

    private static final Selection SEQUENTIAL = Selection.sequential();

    @SuppressWarnings("ReferenceEquality") // the policy without a state is one object
    List<Route> order(List<Route> usable, ChatRequest request, long now) {
        if (selection == SEQUENTIAL) {
            return usable;
        }
        List<Selection.Candidate> candidates = new ArrayList<>(usable.size());
        for (Route route : usable) {
            candidates.add(candidate(route, now));
        }
        List<Route> order = new ArrayList<>(usable.size());
        boolean[] ordered = new boolean[usable.size()];
        for (Selection.Candidate selected : selected(new ArrayList<>(candidates), request)) {
            int index = indexOf(selected, candidates, ordered);
            if (index >= 0) {
                ordered[index] = true;
                order.add(usable.get(index));
            }
        }
        return order;
    }

    /** Returns the index of a candidate, which the selection may have copied; -1 if it is unknown or has been ordered. */
    private static int indexOf(Selection.Candidate selected, List<Selection.Candidate> candidates, boolean[] ordered) {
        for (int i = 0; i < ordered.length; i++) {
            if (!ordered[i] && candidates.get(i).equals(selected)) {
                return i;
            }
        }
        return -1;
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
