package dev.understudy.provider.framing;

import dev.understudy.provider.json.JsonErrors;
import java.util.Arrays;

/** Bytes that are gathered up to a limit, which is checked before anything is allocated. */
public final class BoundedBuffer {

    private static final int FIRST = 512;
    private static final int WORTH_KEEPING = 64 << 10;
    private static final byte[] EMPTY = new byte[0];

    private final int limit;
    private final String what;
    private byte[] bytes = EMPTY;
    private int length;

    /** @param what names the content in the failure of one that is over the limit */
    BoundedBuffer(int limit, String what) {
        this.limit = limit;
        this.what = what;
    }

    void add(byte[] source, int from, int to) {
        int count = to - from;
        room(count);
        System.arraycopy(source, from, bytes, length, count);
        length += count;
    }

    void add(byte b) {
        room(1);
        bytes[length++] = b;
    }

    private void room(int count) {
        if (count > limit - length) {
            throw JsonErrors.rejected(what + " of more than " + limit + " bytes");
        }
        if (length + count > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.min(limit, Math.max(FIRST, (length + count) * 2)));
        }
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
