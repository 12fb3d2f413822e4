package dev.understudy.gateway.key;

import java.time.Duration;

/**
 * Amounts of the last minute: those of this minute, and those of the one before in proportion to what of it is younger than a
 * minute.
 *
 * @param start start of this minute, in nanoseconds
 * @param before amount of the minute before
 * @param current amount of this minute
 */
record SlidingMinute(long start, long before, long current) {

    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    static SlidingMinute at(long now) {
        return new SlidingMinute(now, 0, 0);
    }

    /** Returns the same amounts, seen from a later time. */
    SlidingMinute moved(long now) {
        long minutes = (now - start) / MINUTE;
        if (minutes <= 0) {
            return this;
        }
        return new SlidingMinute(start + minutes * MINUTE, minutes == 1 ? current : 0, 0);
    }

    SlidingMinute plus(long amount) {
        return new SlidingMinute(start, before, current + amount);
    }

    /** Returns the time until the amount is at most this one; zero if it is. The amounts must have been moved to this time. */
    Duration untilAtMost(long amount, long now) {
        double passed = (double) (now - start) / MINUTE;
        if (current <= amount) {
            return minutes(share(before, amount - current) - passed);
        }
        return minutes(1 - passed + share(current, amount));
    }

    /** Returns the part of a minute after which this amount, which shrinks to nothing within it, is at most the other one. */
    private static double share(long shrinking, long atMost) {
        return shrinking <= atMost ? 0 : 1 - (double) atMost / shrinking;
    }

    private static Duration minutes(double minutes) {
        // shares are rounded: less than a microsecond is nothing
        long micros = Math.round(minutes * MINUTE / 1_000);
        return micros <= 0 ? Duration.ZERO : Duration.ofNanos(micros * 1_000);
    }
}
