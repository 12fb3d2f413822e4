package dev.understudy.gateway.kept;

import org.jspecify.annotations.Nullable;

/**
 * Id of a server-sent event. One chunk can become several events.
 *
 * @param stream id of the stream
 * @param position number of the chunk in the stream, from 1; 0 before the first one
 * @param index number of the event among those of its chunk, from 0
 */
public record EventId(String stream, long position, int index) {

    /** Returns the position before all events of a stream. */
    public static EventId beginning(String stream) {
        return new EventId(stream, 0, 0);
    }

    /** Reads an id; {@code null} if it is none. */
    public static @Nullable EventId of(String text) {
        int second = text.lastIndexOf('.');
        int first = text.lastIndexOf('.', second - 1);
        if (first < 1) {
            return null;
        }
        try {
            long position = Long.parseLong(text, first + 1, second, 10);
            int index = Integer.parseInt(text, second + 1, text.length(), 10);
            String stream = text.substring(0, first);
            return position < 0 || index < 0 || stream.indexOf('.') >= 0 ? null : new EventId(stream, position, index);
        } catch (NumberFormatException noNumber) {
            return null;
        }
    }

    /** Returns true if this event is another one, or comes before it. */
    boolean isUpTo(EventId other) {
        return position < other.position || (position == other.position && index <= other.index);
    }

    @Override
    public String toString() {
        return stream + '.' + position + '.' + index;
    }
}
