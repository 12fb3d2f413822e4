package dev.understudy;

import java.time.Duration;

/** How things are written in one line for people. */
final class Line {

    private Line() {}

    /** How long something is waited for. */
    static String in(Duration wait) {
        return wait.isZero() ? "at once" : "in " + millis(wait);
    }

    static String millis(Duration duration) {
        return duration.toMillis() + " ms";
    }
}
