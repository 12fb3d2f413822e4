package dev.understudy.testing;

/**
 * Where in an answer something goes wrong. A place past the end of the answer is its end.
 *
 * @param unit what is counted
 * @param count how many of them arrive before
 */
public record FaultPoint(Unit unit, int count) {

    /** What is counted. */
    public enum Unit {
        /** Not even the headers are sent. */
        NOTHING,
        /** Events of the wire, lifecycle events, pings and the terminal marker included. */
        EVENTS,
        /** Events with content: text, reasoning, or a part of a tool call. */
        TOKENS,
        /** Bytes of the body, before any transfer encoding. */
        BYTES
    }

    public FaultPoint {
        if (count < 0) {
            throw new IllegalArgumentException("Something arrives before, or nothing: " + count);
        }
    }

    /** Before the headers. */
    public static FaultPoint nothing() {
        return new FaultPoint(Unit.NOTHING, 0);
    }

    /** After the headers and before the first byte of the body. */
    public static FaultPoint headers() {
        return new FaultPoint(Unit.EVENTS, 0);
    }

    /** After {@code count} events of any sort. An answer that is not streamed is cut in its middle when there are any. */
    public static FaultPoint events(int count) {
        return new FaultPoint(Unit.EVENTS, count);
    }

    /**
     * After {@code count} events with content; 0 is after the lifecycle events that open an answer. An answer that is
     * not streamed is cut in its middle when there are any.
     */
    public static FaultPoint tokens(int count) {
        return new FaultPoint(Unit.TOKENS, count);
    }

    /** After exactly {@code count} bytes of the body. */
    public static FaultPoint bytes(int count) {
        return new FaultPoint(Unit.BYTES, count);
    }
}
