package dev.understudy;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;

/** The last hundred durations, for percentiles. */
final class Samples {

    private static final int SIZE = 100;

    private final AtomicLongArray ring = new AtomicLongArray(SIZE);
    private final AtomicInteger count = new AtomicInteger();

    void add(long nanos) {
        ring.set(Math.floorMod(count.getAndIncrement(), SIZE), nanos);
    }

    /** @return nanoseconds, or 0 while there are fewer than ten samples, which say nothing of a tail */
    long percentile(double share) {
        int known = Math.min(SIZE, Math.max(0, count.get()));
        if (known < 10) {
            return 0;
        }
        long[] sorted = new long[known];
        for (int i = 0; i < known; i++) {
            sorted[i] = ring.get(i);
        }
        Arrays.sort(sorted);
        return sorted[Math.min(known - 1, (int) Math.ceil(share * known) - 1)];
    }
}
