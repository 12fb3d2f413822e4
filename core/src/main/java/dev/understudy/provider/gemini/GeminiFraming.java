package dev.understudy.provider.gemini;

import dev.understudy.provider.framing.Framing;
import dev.understudy.provider.framing.JsonFraming;
import dev.understudy.provider.framing.SseFraming;
import java.util.Arrays;

/**
 * Server-sent events, or the elements of a JSON array: Google streams either, and the first byte tells which. A bare JSON
 * object belongs to the events, where it is an error.
 */
public final class GeminiFraming implements Framing {

    private final Framing events = new SseFraming();
    private final Framing elements = new JsonFraming();
    private Framing chosen = events;
    private boolean decided;

    /** What stands before the first byte is left out, whatever the pieces: JSON on a line of its own begins that line. */
    @Override
    public void push(byte[] piece) {
        if (decided) {
            chosen.push(piece);
            return;
        }
        int first = 0;
        while (first < piece.length && isBefore(piece[first])) {
            first++;
        }
        if (first < piece.length) {
            decided = true;
            chosen = piece[first] == '[' ? elements : events;
            chosen.push(first == 0 ? piece : Arrays.copyOfRange(piece, first, piece.length));
        }
    }

    /** White space, or a mark of the byte order: nobody misses it. */
    private static boolean isBefore(byte b) {
        return (b >= 0 && b <= ' ') || b == (byte) 0xEF || b == (byte) 0xBB || b == (byte) 0xBF;
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
