package dev.understudy.redis;

import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Version of an entry: of two entries for one slot the greater one wins everywhere, whatever order they arrive in.
 *
 * @param time hybrid logical time in milliseconds: the wall clock, or later than every stamp seen before
 * @param instance identifier of the instance that wrote the entry, 16 hexadecimal digits
 */
record Stamp(long time, String instance) implements Comparable<Stamp> {

    /** Time by which the clock of another instance may be ahead. */
    static final Duration MAX_DRIFT = Duration.ofHours(1);

    /** Number of characters of the text form, which sorts as stamps do. */
    static final int LENGTH = 32;

    private static final Pattern TEXT = Pattern.compile("(\\d{15})-([0-9a-f]{16})");

    /** Draws stamps that are greater than all that were seen, those of a wall clock excepted that was wrong. */
    static final class Clock {

        private final String instance;
        private final AtomicLong last = new AtomicLong();

        Clock(String instance) {
            this.instance = instance;
        }

        Stamp next(long wallClock) {
            return new Stamp(last.updateAndGet(was -> after(was, wallClock)), instance);
        }

        private static long after(long was, long wallClock) {
            return isAhead(was, wallClock) ? wallClock : Math.max(wallClock, was + 1);
        }

        void saw(Stamp stamp) {
            last.accumulateAndGet(stamp.time, Math::max);
        }

        String instance() {
            return instance;
        }
    }

    /** Returns the stamp of a text, {@code null} if it is none. */
    static @Nullable Stamp parse(String text) {
        Matcher parts = TEXT.matcher(text);
        return parts.matches() ? new Stamp(Long.parseLong(parts.group(1)), parts.group(2)) : null;
    }

    /** Returns true if the stamp comes from a clock that is wrong: it would win over all others for too long. */
    boolean isAhead(long wallClock) {
        return isAhead(time, wallClock);
    }

    private static boolean isAhead(long time, long wallClock) {
        return time - wallClock > MAX_DRIFT.toMillis();
    }

    @Override
    public int compareTo(Stamp other) {
        int byTime = Long.compare(time, other.time);
        return byTime != 0 ? byTime : instance.compareTo(other.instance);
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%015d-%s", time, instance);
    }
}
