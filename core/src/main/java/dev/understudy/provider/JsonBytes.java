package dev.understudy.provider;

import java.io.InputStream;
import java.io.OutputStream;

/** Feeds one parser with one document after another, and knows whether it left anything of the last one. */
final class JsonBytes extends InputStream {

    private byte[] bytes = new byte[0];
    private int next;
    private int end;
    private boolean left;

    void fill(byte[] bytes, int from, int end) {
        this.bytes = bytes;
        this.next = from;
        this.end = end;
        this.left = false;
    }

    @Override
    public int read() {
        return next < end ? bytes[next++] & 0xFF : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
        if (next >= end) {
            return -1;
        }
        int count = Math.min(length, end - next);
        System.arraycopy(bytes, next, target, offset, count);
        next += count;
        return count;
    }

    /** Takes back what the parser had read ahead. */
    OutputStream rest() {
        return rest;
    }

    /** Whether there is more than white space in what was taken back or never read. */
    boolean hasMore() {
        for (; next < end && !left; next++) {
            left = !isSpace(bytes[next]);
        }
        return left;
    }

    private final OutputStream rest = new OutputStream() {
        @Override
        public void write(int b) {
            left |= !isSpace((byte) b);
        }
    };

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\n' || b == '\r' || b == '\t';
    }
}
