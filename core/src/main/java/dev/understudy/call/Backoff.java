package dev.understudy.call;

import dev.understudy.guard.Nanos;
import dev.understudy.policy.RetryPolicy;
import java.time.Duration;
import java.util.random.RandomGenerator;

/** How long to wait before the n-th retry. Pure, given the random. */
final class Backoff {

    /** Never less, so that not even a lucky throw hammers a vendor. */
    static final Duration FLOOR = Duration.ofMillis(50);

    private Backoff() {}

    /**
     * @param retry which retry, from 1
     * @param throttled whether the vendor has no capacity: the base doubles
     * @param last the wait before this one, zero if there was none
     */
    static Duration retryDelay(
            int retry, boolean throttled, Duration last, RetryPolicy policy, RandomGenerator random) {
        long cap = policy.cap().toNanos();
        long base = Math.min(cap, policy.base().toNanos() * (throttled ? 2 : 1));
        int doublings = Math.min(retry - 1, Long.numberOfLeadingZeros(base) - 2);
        long full = Math.min(cap, base << doublings);
        long wait =
                switch (policy.jitter()) {
                    case NONE -> full;
                    case FULL -> throwDice(random, 0, full);
                    case EQUAL -> throwDice(random, full / 2, full);
                    case DECORRELATED -> Math.min(cap, throwDice(random, base, Math.max(base, 3 * last.toNanos())));
                };
        return Duration.ofNanos(Math.max(FLOOR.toNanos(), wait));
    }

    /** A wait that a vendor named, never shorter, spread over another tenth so that callers do not return all at once. */
    static Duration advisedDelay(Duration wait, RandomGenerator random) {
        long nanos = Nanos.of(wait);
        return Duration.ofNanos(nanos + throwDice(random, 0, nanos / 10));
    }

    private static long throwDice(RandomGenerator random, long from, long to) {
        return from + (long) (random.nextDouble() * (to - from));
    }
}
