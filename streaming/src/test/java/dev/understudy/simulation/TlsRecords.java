package dev.understudy.simulation;

import java.util.Arrays;

/** Records of TLS without encryption: a header of five bytes, then the content. */
final class TlsRecords {

    static final byte ALERT = 21;
    static final byte HANDSHAKE = 22;
    static final byte DATA = 23;
    static final int HEADER = 5;

    /** Longest content of a record, a quarter of that of TLS. */
    static final int MAX = 4_096;

    private static final byte[] NONE = {};

    /** Receives the content of each record. */
    interface Sink {
        void record(byte type, byte[] content);
    }

    private byte[] pending = NONE;

    /** Returns the records of a content. */
    static byte[] of(byte type, byte[] content) {
        int records = Math.max(1, (content.length + MAX - 1) / MAX);
        byte[] all = new byte[content.length + records * HEADER];
        int at = 0;
        for (int from = 0; at < all.length; from += MAX) {
            int length = Math.min(MAX, content.length - from);
            header(all, at, type, length);
            System.arraycopy(content, from, all, at + HEADER, length);
            at += HEADER + length;
        }
        return all;
    }

    private static void header(byte[] bytes, int at, byte type, int length) {
        bytes[at] = type;
        bytes[at + 1] = 3;
        bytes[at + 2] = 3;
        bytes[at + 3] = (byte) (length >> 8);
        bytes[at + 4] = (byte) length;
    }

    /** Takes bytes in which records begin and end anywhere. */
    void received(byte[] bytes, Sink sink) {
        byte[] all = joined(pending, bytes);
        int at = 0;
        while (all.length - at >= HEADER) {
            int end = at + HEADER + ((all[at + 3] & 0xff) << 8 | all[at + 4] & 0xff);
            if (end > all.length) {
                break;
            }
            byte type = all[at];
            byte[] content = Arrays.copyOfRange(all, at + HEADER, end);
            at = end;
            sink.record(type, content);
        }
        pending = at == all.length ? NONE : Arrays.copyOfRange(all, at, all.length);
    }

    static byte[] joined(byte[] first, byte[] second) {
        if (first.length == 0) {
            return second;
        }
        byte[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }
}
