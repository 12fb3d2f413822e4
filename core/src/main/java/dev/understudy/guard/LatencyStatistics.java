package dev.understudy.guard;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Latency of a provider: percentiles of the last samples, and a peak EWMA. The average rises to a slower sample at once and
 * decays with time, so that a provider that became slow is avoided at once and tried again gradually.
 */
final class LatencyStatistics {

    /** Time constant of the decay, in nanoseconds. */
    private static final double TAU = 10e9;

    /** Number of samples that percentiles are computed from. */
    private static final int SAMPLES = 100;

    /** Number of samples below which percentiles are unknown. */
    private static final int MIN_SAMPLES = 10;

    /** Lowest bit of a sample that is a lower bound. */
    private static final long LOWER_BOUND = 1;

    /** Tolerance of the products of shares. */
    private static final double ROUNDING = 1e-9;

    private record Level(double nanos, long at) {}

    private final AtomicLongArray samples = new AtomicLongArray(SAMPLES);
    private final AtomicInteger count = new AtomicInteger();

    private final AtomicReference<Level> level;

    LatencyStatistics(long now) {
        this.level = new AtomicReference<>(new Level(0, now));
    }

    /** Counts a measured duration in the average and in the percentiles. */
    void sample(long nanos, long now) {
        store(nanos, false);
        average(nanos, now);
    }

    private void store(long nanos, boolean lowerBound) {
        samples.set(Math.floorMod(count.getAndIncrement(), SAMPLES), nanos << 1 | (lowerBound ? LOWER_BOUND : 0));
    }

    private void average(long nanos, long now) {
        level.updateAndGet(was -> {
            double decay = decay(was, now);
            // A slower sample counts in full, a faster one by the share that has decayed since the last.
            return new Level(nanos > was.nanos ? nanos : was.nanos * decay + nanos * (1 - decay), now);
        });
    }

    /** Raises the average to a duration that is only a lower bound. */
    void atLeast(long nanos, long now) {
        level.updateAndGet(was -> nanos > was.nanos * decay(was, now) ? new Level(nanos, now) : was);
    }

    /** Counts a lower bound in average and percentiles, unless it is below the median and therefore uninformative. */
    void slowerThan(long nanos, long now) {
        if (nanos >= percentile(0.5)) {
            store(nanos, true);
            atLeast(nanos, now);
        }
    }

    /**
     * Returns a percentile of the last hundred samples in nanoseconds, or 0 while there are fewer than ten. Kaplan-Meier
     * estimate: a lower bound is no value of its own but adds to the weight of all greater samples. The result is always a
     * measured duration, so that cancelled attempts cannot raise it beyond what attempts really took.
     */
    long percentile(double share) {
        int known = Math.min(SAMPLES, Math.max(0, count.get()));
        if (known < MIN_SAMPLES) {
            return 0;
        }
        long[] sorted = new long[known];
        for (int i = 0; i < known; i++) {
            sorted[i] = samples.get(i);
        }
        Arrays.sort(sorted);
        double slower = 1;
        long measured = 0;
        for (int i = 0; i < known && slower > 1 - share + ROUNDING; i++) {
            if ((sorted[i] & LOWER_BOUND) == 0) {
                measured = sorted[i] >> 1;
                slower *= 1 - 1.0 / (known - i);
            }
        }
        return measured;
    }

    /** Returns the decayed average in nanoseconds; 0 without samples. */
    double at(long now) {
        Level is = level.get();
        return is.nanos * decay(is, now);
    }

    private static double decay(Level level, long now) {
        return Math.exp(-Math.max(0, now - level.at) / TAU);
    }
}
