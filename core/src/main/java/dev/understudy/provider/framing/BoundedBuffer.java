package dev.understudy.provider.framing;

import dev.understudy.provider.json.JsonErrors;
import java.util.Arrays;

/** Growing byte buffer with a limit that is checked before memory is allocated. */
public final class BoundedBuffer {

    private static final int FIRST = 512;
    private static final int WORTH_KEEPING = 64 << 10;
    private static final byte[] EMPTY = new byte[0];

    private final int limit;
    private final String what;
    private byte[] bytes = EMPTY;
    private int length;

    /** @param what names the content in the failure message when the limit is exceeded */
    BoundedBuffer(int limit, String what) {
        this.limit = limit;
        this.what = what;
    }

    void add(byte[] source, int from, int to) {
        int count = to - from;
        ensureCapacity(count);
        System.arraycopy(source, from, bytes, length, count);
        length += count;
    }

    void add(byte b) {
        ensureCapacity(1);
        bytes[length++] = b;
    }

    private void ensureCapacity(int count) {
        if (count > limit - length) {
            throw JsonErrors.overLimit(what, limit);
        }
        if (length + count > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.min(limit, Math.max(FIRST, (length + count) * 2)));
        }
    }

    /** Drops the bytes from a position on. */
    void truncate(int to) {
        length = to;
    }

    void clear() {
        length = 0;
        if (bytes.length > WORTH_KEEPING) {
            bytes = EMPTY;
        }
    }

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }
}
