package dev.understudy.simulation;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** Random choices of one simulation, all of which follow from its seed. */
final class Chance {

    private final SplittableRandom random;

    Chance(long seed) {
        this.random = new SplittableRandom(seed);
    }

    /** Returns an independent source, so that more choices in one place do not change those of another. */
    Chance split() {
        return new Chance(random.nextLong());
    }

    boolean of(double probability) {
        return random.nextDouble() < probability;
    }

    /** Returns a number from 0 to below 1. */
    double share() {
        return random.nextDouble();
    }

    int between(int from, int to) {
        return random.nextInt(from, to + 1);
    }

    long nanos(long fromMillis, long toMillis) {
        return random.nextLong(fromMillis * 1_000_000, toMillis * 1_000_000 + 1);
    }

    long jitter(long nanos) {
        return random.nextLong(nanos);
    }

    @SafeVarargs
    final <T> T pick(T... choices) {
        return choices[random.nextInt(choices.length)];
    }

    RandomGenerator generator() {
        return random;
    }
}
