package dev.understudy;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How things are written in one line for people. */
final class Line {

    private Line() {}

    /** The beginning of a line that belongs to a call, or to none that is known. */
    static String of(Event.@Nullable CallId call) {
        return call == null ? "" : call + " ";
    }

    /** How long something is waited for. */
    static String in(Duration wait) {
        return wait.isZero() ? "at once" : "in " + millis(wait);
    }

    static String millis(Duration duration) {
        return duration.toMillis() + " ms";
    }
}
