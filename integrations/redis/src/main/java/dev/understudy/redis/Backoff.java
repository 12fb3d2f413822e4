package dev.understudy.redis;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/** Delays between attempts to connect: random between zero and a bound that doubles ("full jitter"). */
record Backoff(Duration min, Duration max) {

    private static final int MAX_SHIFT = 30;

    /**
     * Returns the delay before the next attempt, in nanoseconds.
     *
     * @param failures number of attempts that have failed in a row, 1 or more
     */
    long nanos(int failures, DoubleSupplier random) {
        double bound = (double) min.toNanos() * (1L << Math.min(failures - 1, MAX_SHIFT));
        return (long) (random.getAsDouble() * Math.min(bound, (double) max.toNanos()));
    }
}
