package dev.understudy.gateway.key;

import java.time.Duration;
import java.util.List;
import reactor.core.publisher.Mono;

/** Sums that all instances add to. */
@FunctionalInterface
public interface SharedSums {

    /**
     * Adds amounts.
     *
     * @param name name of the sums
     * @param known sums that were returned before: a lower or forgotten sum counts as this one
     * @param amounts amounts to add to each sum
     * @param keep time for which they are kept
     * @return the new sums, in the same order; fails if they are out of reach
     */
    Mono<List<Double>> add(String name, List<Double> known, List<Double> amounts, Duration keep);
}
