package dev.understudy;

import java.time.Duration;

/** How things are written in one line for people. */
final class Line {

    private Line() {}

    static String millis(Duration duration) {
        return duration.toMillis() + " ms";
    }
}
