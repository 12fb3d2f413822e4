package dev.understudy.policy;

import dev.understudy.chat.ChatRequest;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;

/** Orders candidates by the expected cost of a request until it succeeds. */
final class CheapestSelection implements Selection {

    @Override
    public List<Candidate> order(List<Candidate> candidates, ChatRequest request, RandomGenerator random) {
        return candidates.stream()
                .sorted(Comparator.comparingDouble(candidate -> cost(candidate, request)))
                .toList();
    }

    private static double cost(Candidate candidate, ChatRequest request) {
        double once = candidate
                .capabilities()
                .cost(TokenCounter.characters().estimateUsage(request, candidate.capabilities()));
        return once / Math.max(0.01, candidate.load().successRate());
    }
}
