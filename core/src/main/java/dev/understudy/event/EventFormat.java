package dev.understudy.event;

import java.time.Duration;

/** How things are written in one line for people. */
final class EventFormat {

    private EventFormat() {}

    /** How long something is waited for. */
    static String in(Duration wait) {
        return wait.isZero() ? "at once" : "in " + millis(wait);
    }

    static String millis(Duration duration) {
        return duration.toMillis() + " ms";
    }
}
