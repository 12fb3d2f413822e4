package dev.understudy.simulation;

import java.util.Map;
import java.util.TreeMap;

/** Rare events, and how often simulations reached them. */
final class Reached {

    private final Map<String, Integer> counts = new TreeMap<>();

    void add(String event) {
        counts.merge(event, 1, Integer::sum);
    }

    void addAll(Reached other) {
        other.counts.forEach((event, count) -> counts.merge(event, count, Integer::sum));
    }

    int count(String event) {
        return counts.getOrDefault(event, 0);
    }

    @Override
    public String toString() {
        return counts.toString();
    }
}
