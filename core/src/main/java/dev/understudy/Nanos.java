package dev.understudy;

import java.time.Duration;

/** Durations as nanoseconds that can be added to a clock reading without overflow. */
final class Nanos {

    private static final Duration CENTURY = Duration.ofDays(36_500);

    private Nanos() {}

    static long of(Duration duration) {
        return (duration.compareTo(CENTURY) < 0 ? duration : CENTURY).toNanos();
    }
}
