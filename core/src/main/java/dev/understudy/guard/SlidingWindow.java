package dev.understudy.guard;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts of successes and failures in a sliding time window, a ring of 32 buckets: includes every sample younger than 31/32
 * of the window and none older than the window. One bucket is one long (24 bits for its round of the ring, 20 bits for
 * failures, 20 bits for successes), so that a sample is one compare-and-set, without a lock or an allocation. A bucket
 * counts up to a million of each and stays there.
 */
final class SlidingWindow {

    static final int BUCKETS = 32;
    private static final int ROUND_SHIFT = Integer.numberOfTrailingZeros(BUCKETS);
    private static final int BITS = 20;
    private static final long MAX = (1L << BITS) - 1;
    private static final long ROUNDS = (1L << (64 - 2 * BITS)) - 1;
    private static final long SUCCESS = 1;
    private static final long FAILURE = 1L << BITS;

    /** @param calls successes and failures */
    record Tally(int failures, int calls) {
        static final Tally NONE = new Tally(0, 0);
    }

    private final AtomicLongArray buckets = new AtomicLongArray(BUCKETS);
    private final long width;
    private final long origin;

    SlidingWindow(long length, long now) {
        this.width = (length - 1) / BUCKETS + 1;
        this.origin = now;
    }

    void success(long now) {
        add(SUCCESS, now);
    }

    void failure(long now) {
        add(FAILURE, now);
    }

    Tally tally(long now) {
        long last = number(now);
        long failures = 0;
        long successes = 0;
        for (long number = Math.max(0, last - BUCKETS + 1); number <= last; number++) {
            long bucket = buckets.get(slot(number));
            if (round(bucket) == roundOf(number)) {
                failures += failures(bucket);
                successes += successes(bucket);
            }
        }
        return new Tally((int) failures, (int) (failures + successes));
    }

    private void add(long sample, long now) {
        long number = number(now);
        int slot = slot(number);
        while (true) {
            long was = buckets.get(slot);
            long is = plus(was, sample, roundOf(number));
            if (is == was || buckets.compareAndSet(slot, was, is)) {
                return;
            }
        }
    }

    private static long plus(long bucket, long sample, long round) {
        long ahead = (round(bucket) - round) & ROUNDS;
        if (ahead > 1) {
            return round << (2 * BITS) | sample; // a bucket of an old round is reset
        }
        // This round, or the next one if the caller was delayed by a whole window: the sample counts there.
        boolean full = sample == SUCCESS ? successes(bucket) == MAX : failures(bucket) == MAX;
        return full ? bucket : bucket + sample;
    }

    /** Returns the number of the bucket of an instant, counted from the origin; an earlier reading belongs to the first. */
    private long number(long now) {
        return Math.max(0, now - origin) / width;
    }

    private static int slot(long number) {
        return (int) number & BUCKETS - 1;
    }

    private static long roundOf(long number) {
        return number >>> ROUND_SHIFT & ROUNDS;
    }

    private static long round(long bucket) {
        return bucket >>> (2 * BITS);
    }

    private static long failures(long bucket) {
        return bucket >>> BITS & MAX;
    }

    private static long successes(long bucket) {
        return bucket & MAX;
    }
}
