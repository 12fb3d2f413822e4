package dev.understudy;

import java.util.concurrent.atomic.AtomicReference;

/**
 * How slow a provider is now: a moving average that jumps up to every slower sample at once and forgets with time, so that
 * a provider that became slow is left at once, and looked at again by and by ("peak EWMA").
 */
final class Latency {

    private static final double TAU = 10e9;

    private record Level(double nanos, long at) {}

    private final AtomicReference<Level> level;

    Latency(long now) {
        this.level = new AtomicReference<>(new Level(0, now));
    }

    void sample(long nanos, long now) {
        level.updateAndGet(was -> {
            double decay = Math.exp(-Math.max(0, now - was.at) / TAU);
            double faded = was.nanos * decay;
            // Between two samples the old one fades; a slower one counts in full, a faster one by what has faded.
            return new Level(nanos > faded ? nanos : faded + nanos * (1 - decay), now);
        });
    }

    /** Something that tells only that it was not faster than this. */
    void atLeast(long nanos, long now) {
        if (nanos > at(now)) {
            sample(nanos, now);
        }
    }

    /** In nanoseconds; 0 when nothing is known, or when it was long ago. */
    double at(long now) {
        Level is = level.get();
        return is.nanos * Math.exp(-Math.max(0, now - is.at) / TAU);
    }
}
