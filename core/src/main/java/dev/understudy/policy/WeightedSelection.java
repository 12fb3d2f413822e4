package dev.understudy.policy;

import dev.understudy.chat.ChatRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;

/**
 * Smooth weighted round robin. On each call the credit of every candidate grows by its weight; the candidate with the
 * highest credit is chosen, and its credit is reduced by the sum of the weights. No randomness: over a full round the
 * shares are exact.
 */
final class WeightedSelection implements Selection {

    private final AtomicReference<Map<String, Integer>> credits = new AtomicReference<>(Map.of());

    @Override
    public List<Candidate> order(List<Candidate> candidates, ChatRequest request, RandomGenerator random) {
        while (true) {
            Map<String, Integer> was = credits.get();
            Map<String, Integer> is = new HashMap<>(was);
            int round = 0;
            for (Candidate candidate : candidates) {
                round += candidate.weight();
                is.merge(candidate.provider(), candidate.weight(), Integer::sum);
            }
            List<Candidate> order = new ArrayList<>(candidates);
            order.sort((one, other) -> is.getOrDefault(other.provider(), 0) - is.getOrDefault(one.provider(), 0));
            is.merge(order.get(0).provider(), -round, Integer::sum);
            if (credits.compareAndSet(was, is)) {
                return order;
            }
        }
    }
}
