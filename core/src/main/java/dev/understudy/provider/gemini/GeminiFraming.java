package dev.understudy.provider.gemini;

import dev.understudy.provider.framing.Framing;
import dev.understudy.provider.framing.JsonFraming;
import dev.understudy.provider.framing.SseFraming;

/**
 * Splits server-sent events or the elements of a JSON array: Google sends either, distinguished by the first byte. A
 * bare JSON object is read as an event, where it is an error.
 */
public final class GeminiFraming implements Framing {

    private final Framing events;
    private final Framing elements;
    private Framing chosen;
    private boolean decided;

    /** Creates a framing with the default limit. */
    public GeminiFraming() {
        this(LIMIT);
    }

    /** @param limit limit of one event, in bytes */
    public GeminiFraming(int limit) {
        events = new SseFraming(limit);
        elements = new JsonFraming(limit);
        chosen = events;
    }

    /** Skips everything before the first byte, in any fragmentation, because JSON must begin a line. */
    @Override
    public void push(byte[] bytes, int from, int to) {
        int first = from;
        while (!decided && first < to && isBefore(bytes[first])) {
            first++;
        }
        if (first < to) {
            if (!decided) {
                decided = true;
                chosen = bytes[first] == '[' ? elements : events;
            }
            chosen.push(bytes, first, to);
        }
    }

    /** White space and byte order marks are skipped. */
    private static boolean isBefore(byte b) {
        return (b >= 0 && b <= ' ') || b == (byte) 0xEF || b == (byte) 0xBB || b == (byte) 0xBF;
    }

    @Override
    public void skip(Filter filter) {
        events.skip(filter);
    }

    @Override
    public void end() {
        chosen.end();
    }

    @Override
    public boolean next() {
        return chosen.next();
    }

    @Override
    public boolean isErrorField() {
        return chosen.isErrorField();
    }

    @Override
    public boolean isUnterminated() {
        return chosen.isUnterminated();
    }

    @Override
    public boolean isForeign() {
        return chosen.isForeign();
    }

    @Override
    public String event() {
        return chosen.event();
    }

    @Override
    public byte[] payload() {
        return chosen.payload();
    }

    @Override
    public int offset() {
        return chosen.offset();
    }

    @Override
    public int length() {
        return chosen.length();
    }
}
