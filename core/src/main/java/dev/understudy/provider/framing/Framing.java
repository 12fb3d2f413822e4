package dev.understudy.provider.framing;

import dev.understudy.provider.dialect.StreamDecoder;
import java.util.Arrays;

/**
 * Splits a byte stream into events, regardless of how it is fragmented. A fragment is pushed, then events are pulled
 * until there is none. At most one incomplete event is buffered; above the limit a {@link
 * dev.understudy.chat.FailureKind#PROTOCOL} failure is thrown before memory is allocated. Not thread-safe; one
 * instance per stream. Events that nobody reads do not count, see {@link #skip}.
 */
public interface Framing {

    /** Default limit of one event, in bytes. */
    int LIMIT = 16 << 20;

    /** Decides by the beginning of a large event if its content is needed. */
    @FunctionalInterface
    interface Filter {

        /**
         * Returns true for an event that no decoder reads.
         *
         * @param event name of the event, "" without one
         * @param bytes holds the beginning of the payload
         */
        boolean skips(String event, byte[] bytes, int from, int to);

        /** Returns true if pictures and sound in an event above the limit may be replaced by an empty string. */
        default boolean elidesMedia() {
            return false;
        }
    }

    /**
     * Skips large events that a filter rejects, and large media within events, without buffering them. Framings without
     * names of events keep all.
     */
    default void skip(Filter filter) {}

    /**
     * Adds the next fragment, the bytes from {@code from} to before {@code to}. The array is neither changed nor referenced
     * any more after {@link #next()} returned false.
     */
    void push(byte[] bytes, int from, int to);

    /** Adds the next fragment, a whole array. */
    default void push(byte[] fragment) {
        push(fragment, 0, fragment.length);
    }

    /** Marks the end of the body: an unterminated event counts as one. */
    void end();

    /** Advances to the next complete event; returns false when more bytes are needed. */
    boolean next();

    /** Returns true if the payload came in a field named "error" instead of "data", as some servers send errors. */
    boolean isErrorField();

    /**
     * Returns true if the body ended before the current event did. Unreadable payload then means a cut stream, not
     * bad JSON: {@link StreamDecoder#end} reports it.
     */
    default boolean isUnterminated() {
        return false;
    }

    /** Returns true if content was received and none of it had the form of this framing. */
    default boolean isForeign() {
        return false;
    }

    /** Name of the current event; "" without one. */
    String event();

    /** Array that holds the payload of the current event, valid until the next call of {@link #next()}. */
    byte[] payload();

    int offset();

    int length();

    /** Payload as an array of its own. */
    default byte[] copy() {
        return Arrays.copyOfRange(payload(), offset(), offset() + length());
    }

    /** Returns true if the payload has no content and was sent only to keep the connection open. */
    default boolean isKeepAlive() {
        return KeepAlive.is(payload(), offset(), offset() + length());
    }

    /** Returns true if the payload is {@code [DONE]}, with which gateways end streams of every dialect. */
    default boolean saysDone() {
        return length() == 6
                && payload()[offset()] == '['
                && payload()[offset() + 1] == 'D'
                && payload()[offset() + 5] == ']';
    }
}
