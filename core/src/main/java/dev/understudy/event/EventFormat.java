package dev.understudy.event;

import java.time.Duration;

/** Formats durations in the text of events. */
final class EventFormat {

    private EventFormat() {}

    /** Returns when something happens after a delay. */
    static String in(Duration wait) {
        return wait.isZero() ? "at once" : "in " + millis(wait);
    }

    static String millis(Duration duration) {
        return duration.toMillis() + " ms";
    }
}
