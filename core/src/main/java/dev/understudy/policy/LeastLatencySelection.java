package dev.understudy.policy;

import dev.understudy.chat.ChatRequest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Power of two random choices: of two candidates drawn at random the one with the lower cost is asked first. Random
 * draws keep many clients from choosing one provider at a time, and let a provider that has become fast again be chosen
 * again.
 */
final class LeastLatencySelection implements Selection {

    /** Additional cost of a failure, in nanoseconds: one second, about a back-off. */
    private static final double PER_FAILURE = 1e9;

    @Override
    public List<Candidate> order(List<Candidate> candidates, ChatRequest request, RandomGenerator random) {
        List<Candidate> order = new ArrayList<>(candidates);
        order.sort(Comparator.comparingDouble(LeastLatencySelection::cost));
        if (order.size() > 2) {
            int one = random.nextInt(order.size());
            int other = random.nextInt(order.size() - 1);
            int better = Math.min(one, other >= one ? other + 1 : other);
            order.add(0, order.remove(better));
        }
        return order;
    }

    /**
     * Returns the cost of a candidate. An unknown latency costs nothing, so that each provider is tried; failures add
     * cost, so that a provider that fails fast is not preferred.
     */
    private static double cost(Candidate candidate) {
        Candidate.Load load = candidate.load();
        double failures = 1 / Math.max(0.01, load.successRate()) - 1; // before a success
        return (load.latency().toNanos() + failures * PER_FAILURE) * (load.inFlight() + 1.0);
    }
}
