package dev.understudy.guard;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;

/**
 * How slow a provider is now: a moving average that jumps up to every slower sample at once and forgets with time, so that
 * a provider that became slow is left at once, and looked at again by and by ("peak EWMA").
 */
final class LatencyStatistics {

    private static final double TAU = 10e9;

    /** How many samples the percentiles are taken from. */
    private static final int SAMPLES = 100;

    /** Fewer samples say nothing of a tail. */
    private static final int ENOUGH = 10;

    private record Level(double nanos, long at) {}

    private final AtomicLongArray samples = new AtomicLongArray(SAMPLES);
    private final AtomicInteger count = new AtomicInteger();

    private final AtomicReference<Level> level;

    LatencyStatistics(long now) {
        this.level = new AtomicReference<>(new Level(0, now));
    }

    /** Counts a measured duration in the average and in the percentiles. */
    void sample(long nanos, long now) {
        keep(nanos);
        average(nanos, now);
    }

    private void keep(long nanos) {
        samples.set(Math.floorMod(count.getAndIncrement(), SAMPLES), nanos);
    }

    private void average(long nanos, long now) {
        level.updateAndGet(was -> {
            double decay = Math.exp(-Math.max(0, now - was.at) / TAU);
            double faded = was.nanos * decay;
            // Between two samples the old one fades; a slower one counts in full, a faster one by what has faded.
            return new Level(nanos > faded ? nanos : faded + nanos * (1 - decay), now);
        });
    }

    /** Raises the average to a duration that is only a lower bound. */
    void atLeast(long nanos, long now) {
        if (nanos > at(now)) {
            average(nanos, now);
        }
    }

    /** Counts a lower bound in average and percentiles, unless it is below the median: then nothing is learned from it. */
    void slowerThan(long nanos, long now) {
        if (nanos >= percentile(0.5)) {
            keep(nanos);
            atLeast(nanos, now);
        }
    }

    /** Returns a percentile of the last hundred samples in nanoseconds, or 0 while there are fewer than ten. */
    long percentile(double share) {
        int known = Math.min(SAMPLES, Math.max(0, count.get()));
        if (known < ENOUGH) {
            return 0;
        }
        long[] sorted = new long[known];
        for (int i = 0; i < known; i++) {
            sorted[i] = samples.get(i);
        }
        Arrays.sort(sorted);
        return sorted[Math.min(known - 1, (int) Math.ceil(share * known) - 1)];
    }

    /** In nanoseconds; 0 when nothing is known, or when it was long ago. */
    double at(long now) {
        Level is = level.get();
        return is.nanos * Math.exp(-Math.max(0, now - is.at) / TAU);
    }
}
