package dev.understudy.redis;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** Delays between attempts to connect: random between zero and a bound that doubles ("full jitter"). */
record Backoff(Duration min, Duration max) {

    private static final int MAX_SHIFT = 30;

    /**
     * Returns the delay before the next attempt, in nanoseconds.
     *
     * @param failures number of attempts that have failed in a row, 1 or more
     */
    long nanos(int failures, RandomGenerator random) {
        double bound = (double) min.toNanos() * (1L << Math.min(failures - 1, MAX_SHIFT));
        return (long) (random.nextDouble() * Math.min(bound, (double) max.toNanos()));
    }
}
