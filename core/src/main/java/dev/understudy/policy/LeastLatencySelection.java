package dev.understudy.policy;

import dev.understudy.chat.ChatRequest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Power of two choices: chance draws two, the one with the lower cost is asked first. Chance keeps many doors from all
 * running to the same provider, and a provider that has become fast again from being forgotten.
 */
final class LeastLatencySelection implements Selection {

    /** What a failure costs in time besides its own: a second, about what a back-off takes. */
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

    /** An unknown latency costs nothing, so that everybody is tried; a failing provider costs more, however fast it fails. */
    private static double cost(Candidate candidate) {
        Candidate.Load load = candidate.load();
        double failures = 1 / Math.max(0.01, load.successRate()) - 1; // before a success
        return (load.latency().toNanos() + failures * PER_FAILURE) * (load.inFlight() + 1.0);
    }
}
