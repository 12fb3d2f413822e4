package dev.understudy.provider.framing;

import dev.understudy.provider.json.JsonErrors;

/**
 * Splits a sequence of JSON objects: one a line (NDJSON), the elements of a growing array, or a single one over many
 * lines, fragmented anywhere. Where no object begins, the rest of the line is an event without payload of this
 * format: see {@link #isErrorField()}. A line end within a string ends a broken object, so that the objects after it
 * are still read.
 */
public final class JsonFraming extends PieceFraming {

    private final int limit;
    private final BoundedBuffer buffer;

    /** An event has begun and is not complete. */
    private boolean open;

    /** Position in the current fragment of the first byte of the open event that is not buffered yet. */
    private int start;

    private boolean text;
    private int depth;
    private boolean inString;
    private boolean escaped;

    private boolean unterminated;
    private byte[] payload = EMPTY;
    private int offset;
    private int length;

    /** Creates a framing with the default limit. */
    public JsonFraming() {
        this(LIMIT);
    }

    /** @param limit limit of one object, in bytes */
    public JsonFraming(int limit) {
        this.limit = limit;
        this.buffer = new BoundedBuffer(limit, "a line or an element");
    }

    @Override
    public boolean next() {
        if (!open) {
            buffer.clear();
        }
        while (begins()) {
            int stop = text ? lineEnd() : objectEnd();
            if (stop < 0) {
                buffer.add(piece, start, end);
                next = end;
                break;
            }
            deliver(stop);
            if (!text || hasContent()) {
                return true;
            }
            buffer.clear();
        }
        release();
        start = 0;
        if (over && open) {
            unterminated = true;
            deliver(0);
            return !text || hasContent();
        }
        payload = EMPTY;
        return false;
    }

    /** Finds the start of an event unless one is open; returns false if the rest of the fragment has none. */
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
        text = piece[next] != '{';
        depth = 0;
        inString = false;
        escaped = false;
        return true;
    }

    /** White space, array punctuation and byte order marks are skipped between events. */
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

    /** Returns the end of the open object, or -1 if it continues beyond the fragment. */
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
        if (buffer.length() == 0) {
            if (stop - start > limit) {
                throw JsonErrors.overLimit("a line or an element", limit);
            }
            payload = piece;
            offset = start;
            length = stop - start;
        } else {
            buffer.add(piece, start, stop);
            payload = buffer.bytes();
            offset = 0;
            length = buffer.length();
        }
        next = stop;
        open = false;
    }

    /**
     * Reads a line that begins with no object: the fields of a server-sent event, where a proxy makes one of each line,
     * and what keeps the connection open. Returns false for a line without content.
     */
    private boolean hasContent() {
        int to = offset + length;
        if (SseLine.isField("data", payload, offset, to)) {
            int value = SseLine.value("data", payload, offset, to);
            length = to - value;
            offset = value;
            text = length == 0 || payload[value] != '{';
        } else if (SseLine.isField("event", payload, offset, to)
                || SseLine.isField("id", payload, offset, to)
                || SseLine.isField("retry", payload, offset, to)) {
            return false;
        }
        while (to > offset && (payload[to - 1] == ',' || payload[to - 1] == ']')) {
            to--;
        }
        return !saysDone() && !KeepAlive.is(payload, offset, to) && !SseLine.isField("DONE", payload, offset, to);
    }

    /** Returns true if the payload is no object: text of a proxy, or an HTML page. */
    @Override
    public boolean isErrorField() {
        return text;
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
