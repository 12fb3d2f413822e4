package dev.understudy.guard;

import java.time.Duration;

/** Durations as nanoseconds that can be added to a clock reading without overflow. */
public final class Nanos {

    private static final Duration CENTURY = Duration.ofDays(36_500);

    private Nanos() {}

    public static long of(Duration duration) {
        return (duration.compareTo(CENTURY) < 0 ? duration : CENTURY).toNanos();
    }
}
