package dev.understudy.call;

import dev.understudy.guard.Nanos;
import dev.understudy.policy.RetryPolicy;
import java.time.Duration;
import java.util.random.RandomGenerator;

/** Computes the delay before a retry. Pure, given the random source. */
final class Backoff {

    /** Shortest delay, whatever the jitter. */
    static final Duration FLOOR = Duration.ofMillis(50);

    private Backoff() {}

    /**
     * Returns the delay before a retry by the policy.
     *
     * @param retry number of the retry, from 1
     * @param throttled true if the vendor has no capacity, which doubles the base
     * @param last the delay before the previous retry, zero if there was none
     */
    static Duration retryDelay(
            int retry, boolean throttled, Duration last, RetryPolicy policy, RandomGenerator random) {
        long cap = policy.cap().toNanos();
        long base = Math.min(cap, policy.base().toNanos() * (throttled ? 2 : 1));
        int doublings = Math.min(retry - 1, Long.numberOfLeadingZeros(base) - 2);
        long exponential = Math.min(cap, base << doublings);
        long delay =
                switch (policy.jitter()) {
                    case NONE -> exponential;
                    case FULL -> between(random, 0, exponential);
                    case EQUAL -> between(random, exponential / 2, exponential);
                    case DECORRELATED -> Math.min(cap, between(random, base, Math.max(base, 3 * last.toNanos())));
                };
        return Duration.ofNanos(Math.max(FLOOR.toNanos(), delay));
    }

    /** Returns a vendor's Retry-After with up to a tenth added at random, so that callers do not return all at once. */
    static Duration advisedDelay(Duration retryAfter, RandomGenerator random) {
        long nanos = Nanos.of(retryAfter);
        return Duration.ofNanos(nanos + between(random, 0, nanos / 10));
    }

    /**
     * Returns a time to wait with a tenth added at random, or with the base of the back-off where that is longer, so that
     * calls that wait for one instant do not all go on in it. A jitter of {@code NONE} adds nothing.
     */
    static Duration jittered(Duration wait, RetryPolicy policy, RandomGenerator random) {
        long nanos = Nanos.of(wait);
        long spread = Math.max(nanos / 10, policy.base().toNanos());
        return policy.jitter() == RetryPolicy.Jitter.NONE ? wait : Duration.ofNanos(nanos + between(random, 0, spread));
    }

    private static long between(RandomGenerator random, long from, long to) {
        return from + (long) (random.nextDouble() * (to - from));
    }
}
