package dev.understudy.provider.framing;

import dev.understudy.provider.dialect.StreamDecoder;
import java.util.Arrays;

/**
 * Splits a byte stream into events, regardless of how it is fragmented. A fragment is pushed, then events are pulled
 * until there is none. At most one incomplete event is buffered; above the limit a {@link
 * dev.understudy.chat.FailureKind#PROTOCOL} failure is thrown before memory is allocated. Not thread-safe; one
 * instance per stream.
 */
public interface Framing {

    /** Adds the next fragment. The array is not referenced any more after {@link #next()} returned false. */
    void push(byte[] piece);

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

    /** Returns true if the payload is {@code [DONE]}, with which gateways end streams of every dialect. */
    default boolean saysDone() {
        return length() == 6
                && payload()[offset()] == '['
                && payload()[offset() + 1] == 'D'
                && payload()[offset() + 5] == ']';
    }
}
