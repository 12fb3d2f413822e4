package dev.understudy;

import dev.understudy.chat.ChatRequest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Power of two choices: chance draws two, the one with the lower cost is asked first. Chance keeps many doors from all
 * running to the same provider, and a provider that has become fast again from being forgotten.
 */
final class LeastLatency implements Selection {

    @Override
    public List<Candidate> order(List<Candidate> candidates, ChatRequest request, RandomGenerator dice) {
        List<Candidate> order = new ArrayList<>(candidates);
        order.sort(Comparator.comparingDouble(LeastLatency::cost));
        if (order.size() > 2) {
            int one = dice.nextInt(order.size());
            int other = dice.nextInt(order.size() - 1);
            int better = Math.min(one, other >= one ? other + 1 : other);
            order.add(0, order.remove(better));
        }
        return order;
    }

    /** An unknown latency costs nothing, so that everybody is tried; a failing provider costs more. */
    private static double cost(Candidate candidate) {
        Candidate.Load load = candidate.load();
        return load.latency().toNanos() * (load.inFlight() + 1.0) / Math.max(0.01, load.successRate());
    }
}
