package dev.understudy.streaming;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How much of the beginning of an answer is held back, so that an early death is invisible. It is let go when either
 * limit is reached, and at the finish.
 *
 * @param tokens pieces of content, each about one token; 0 for none
 * @param time from the first held piece; {@code null} sets no limit
 */
public record StreamBuffer(int tokens, @Nullable Duration time) {

    private static final StreamBuffer NONE = new StreamBuffer(0, null);
    private static final StreamBuffer WHOLE = new StreamBuffer(Integer.MAX_VALUE, null);

    public StreamBuffer {
        if (tokens < 0) {
            throw new IllegalArgumentException("tokens is 0 or more: " + tokens);
        }
        if (time != null && (time.isZero() || time.isNegative())) {
            throw new IllegalArgumentException("time is longer than zero: " + time);
        }
    }

    /** Nothing is held. */
    public static StreamBuffer none() {
        return NONE;
    }

    /** The first pieces. */
    public static StreamBuffer tokens(int tokens) {
        return new StreamBuffer(tokens, null);
    }

    /** What comes in the first moments. */
    public static StreamBuffer time(Duration time) {
        return new StreamBuffer(Integer.MAX_VALUE, time);
    }

    /** Everything up to the finish. */
    public static StreamBuffer whole() {
        return WHOLE;
    }

    /** Let go at the latest after this time. */
    public StreamBuffer atMost(Duration time) {
        return new StreamBuffer(tokens, time);
    }

    boolean isNone() {
        return tokens == 0;
    }
}
