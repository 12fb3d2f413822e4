package dev.understudy;

import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Runs a check with many random seeds: a quarter of them by default, all with {@code -Dunderstudy.tests.all=true}.
 * {@code -Dseed=…} runs a single one.
 */
public final class SeededRuns {

    private static final int SHARE = Boolean.getBoolean("understudy.tests.all") ? 1 : 4;

    private SeededRuns() {}

    public static void each(int count, Consumer<RandomGenerator> check) {
        Long one = Long.getLong("seed");
        long first = one == null ? new SplittableRandom().nextLong() : one;
        for (long seed = first; seed - first < (one == null ? count / SHARE : 1); seed++) {
            try {
                check.accept(new SplittableRandom(seed));
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("This schedule fails again with -Dseed=" + seed, e);
            }
        }
    }

    /** Compares without building a message for equal values, because it runs millions of times. */
    public static void same(String what, Object is, Object expected) {
        if (!is.equals(expected)) {
            throw new AssertionError(what + " is " + is + ", expected is " + expected);
        }
    }
}
