package dev.understudy.provider.framing;

import dev.understudy.provider.dialect.StreamDecoder;
import java.util.Arrays;

/**
 * Cuts a byte stream into events, whatever the pieces it arrives in. Push a piece, then pull events until there is none.
 * Keeps at most one unfinished event; over the limit it throws a {@link dev.understudy.chat.FailureKind#PROTOCOL}
 * failure before it allocates.
 */
public interface Framing {

    /** Takes the next piece. The array is not kept after {@link #next()} has answered false. */
    void push(byte[] piece);

    /** The body is over: an event that was not terminated counts as one. */
    void end();

    /** Moves to the next whole event; false when more bytes are needed. */
    boolean next();

    /** The field that named the event's payload: "data" normally, "error" for the form that some servers use. */
    boolean isErrorField();

    /**
     * The body ended before the current event did. If its payload turns out to be cut, that is no bad JSON but the
     * sign of a cut stream: what follows from it is said by {@link StreamDecoder#end}.
     */
    default boolean isUnterminated() {
        return false;
    }

    /** Whether something was said, and nothing of it was of this form. */
    default boolean isForeign() {
        return false;
    }

    /** The name of the current event, "" without one. */
    String event();

    /** The array that holds the current event's payload, valid until the next call of {@link #next()}. */
    byte[] payload();

    int offset();

    int length();

    /** The payload, as an array of its own. */
    default byte[] copy() {
        return Arrays.copyOfRange(payload(), offset(), offset() + length());
    }

    /** Whether the payload is {@code [DONE]}, with which gateways close streams of every dialect. */
    default boolean saysDone() {
        return length() == 6
                && payload()[offset()] == '['
                && payload()[offset() + 1] == 'D'
                && payload()[offset() + 5] == ']';
    }
}
