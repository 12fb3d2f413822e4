package dev.understudy.provider.framing;

import dev.understudy.provider.json.JsonErrors;

/**
 * JSON objects one after another, whatever stands between them: a line each (NDJSON), the elements of an array that is
 * sent while it grows, or a single one on many lines. Pieces may be cut anywhere. Where no object begins, the rest of
 * the line is an event of its own and no payload of this wire: see {@link #isErrorField()}. A line end within a string
 * ends a broken object, so that what follows is still understood.
 */
public final class JsonFraming extends PieceFraming {

    /** The most that one object of a stream may have. */
    public static final int LIMIT = 1 << 20;

    private final int limit;
    private final BoundedBuffer begun;

    /** Whether an event is open, and where in the piece what is not in the bag of it begins. */
    private boolean open;

    private int start;
    private boolean words;
    private int depth;
    private boolean inString;
    private boolean escaped;

    private boolean unterminated;
    private byte[] payload = EMPTY;
    private int offset;
    private int length;

    /** For streams. */
    public JsonFraming() {
        this(LIMIT);
    }

    /** @param limit the bytes that one object may have */
    public JsonFraming(int limit) {
        this.limit = limit;
        this.begun = new BoundedBuffer(limit, "a line or an element");
    }

    @Override
    public boolean next() {
        if (!open) {
            begun.clear();
        }
        if (begins()) {
            int stop = words ? lineEnd() : objectEnd();
            if (stop >= 0) {
                deliver(stop);
                return true;
            }
            begun.add(piece, start, end);
            next = end;
        }
        release();
        start = 0;
        if (over && open) {
            unterminated = true;
            deliver(0);
            return true;
        }
        payload = EMPTY;
        return false;
    }

    /** Finds where an event begins, if none is open; false if nothing of one is left in the piece. */
    private boolean begins() {
        if (open) {
            start = next;
            return next < end;
        }
        while (next < end && isBetween(piece[next])) {
            next++;
        }
        if (next == end) {
            return false;
        }
        open = true;
        start = next;
        words = piece[next] != '{';
        depth = 0;
        inString = false;
        escaped = false;
        return true;
    }

    /** White space, the marks of an array, and those of the byte order. */
    private static boolean isBetween(byte b) {
        return switch (b) {
            case ' ', '\t', '\r', '\n', ',', '[', ']', (byte) 0xEF, (byte) 0xBB, (byte) 0xBF -> true;
            default -> false;
        };
    }

    private int lineEnd() {
        int at = LineEndScanner.in(piece, next, end);
        return at == end ? -1 : at;
    }

    /** Where the open object ends, or -1 if it goes on beyond the piece. */
    private int objectEnd() {
        for (int i = next; i < end; i++) {
            byte b = piece[i];
            if (inString) {
                if (b == '\n') {
                    return i;
                }
                inString = escaped || b != '"';
                escaped = !escaped && b == '\\';
            } else if (b == '"') {
                inString = true;
            } else if (b == '{' || b == '[') {
                depth++;
            } else if ((b == '}' || b == ']') && --depth == 0) {
                return i + 1;
            }
        }
        return -1;
    }

    private void deliver(int stop) {
        if (begun.length() == 0) {
            if (stop - start > limit) {
                throw JsonErrors.rejected("a line or an element of more than " + limit + " bytes");
            }
            payload = piece;
            offset = start;
            length = stop - start;
        } else {
            begun.add(piece, start, stop);
            payload = begun.bytes();
            offset = 0;
            length = begun.length();
        }
        next = stop;
        open = false;
    }

    /** Whether the payload is no object: the words of a proxy, or a page. */
    @Override
    public boolean isErrorField() {
        return words;
    }

    @Override
    public boolean isUnterminated() {
        return unterminated;
    }

    @Override
    public String event() {
        return "";
    }

    @Override
    public byte[] payload() {
        return payload;
    }

    @Override
    public int offset() {
        return offset;
    }

    @Override
    public int length() {
        return length;
    }
}
