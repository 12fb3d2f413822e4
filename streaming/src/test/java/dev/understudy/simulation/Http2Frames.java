package dev.understudy.simulation;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Frames of HTTP/2, as one end of a connection receives them. */
final class Http2Frames {

    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RESET = 3;
    static final int SETTINGS = 4;
    static final int PING = 6;
    static final int GO_AWAY = 7;
    static final int WINDOW = 8;

    static final int ACK = 1;
    static final int END_STREAM = 1;
    static final int END_HEADERS = 4;

    private static final int HEADER = 9;
    private static final int PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".length();
    private static final byte[] NONE = {};

    /** Receives each frame. */
    interface Sink {
        void frame(int type, int flags, int stream, byte[] content);
    }

    private byte[] pending = NONE;
    private boolean begun;

    static byte[] of(int type, int flags, int stream, byte[] content) {
        byte[] frame = new byte[HEADER + content.length];
        frame[0] = (byte) (content.length >> 16);
        frame[1] = (byte) (content.length >> 8);
        frame[2] = (byte) content.length;
        frame[3] = (byte) type;
        frame[4] = (byte) flags;
        put(frame, 5, stream);
        System.arraycopy(content, 0, frame, HEADER, content.length);
        return frame;
    }

    static void put(byte[] bytes, int at, int number) {
        bytes[at] = (byte) (number >> 24);
        bytes[at + 1] = (byte) (number >> 16);
        bytes[at + 2] = (byte) (number >> 8);
        bytes[at + 3] = (byte) number;
    }

    static int number(byte[] bytes, int at) {
        return (bytes[at] & 0xff) << 24
                | (bytes[at + 1] & 0xff) << 16
                | (bytes[at + 2] & 0xff) << 8
                | bytes[at + 3] & 0xff;
    }

    /** Returns numbers of four bytes each. */
    static byte[] numbers(int... numbers) {
        byte[] bytes = new byte[4 * numbers.length];
        for (int i = 0; i < numbers.length; i++) {
            put(bytes, 4 * i, numbers[i]);
        }
        return bytes;
    }

    /** Returns a setting. */
    static byte[] setting(int name, int value) {
        byte[] setting = new byte[6];
        setting[1] = (byte) name;
        put(setting, 2, value);
        return setting;
    }

    /** Returns header fields as literals that are not indexed. */
    static byte[] fields(String... namesAndValues) {
        int length = namesAndValues.length / 2;
        for (String text : namesAndValues) {
            length += 1 + text.length();
        }
        byte[] fields = new byte[length];
        int at = 0;
        for (int i = 0; i < namesAndValues.length; i++) {
            at += (i + 1) % 2;
            byte[] text = namesAndValues[i].getBytes(StandardCharsets.ISO_8859_1);
            fields[at++] = (byte) text.length; // below 127
            System.arraycopy(text, 0, fields, at, text.length);
            at += text.length;
        }
        return fields;
    }

    /** Takes bytes of a client, in which frames begin and end anywhere. */
    void received(byte[] bytes, Sink sink) {
        byte[] all = TlsRecords.joined(pending, bytes);
        int at = 0;
        if (!begun) {
            if (all.length < PREFACE) {
                pending = all;
                return;
            }
            begun = true;
            at = PREFACE;
        }
        while (all.length - at >= HEADER) {
            int end = at + HEADER + (number(all, at) >>> 8);
            if (end > all.length) {
                break;
            }
            byte[] content = Arrays.copyOfRange(all, at + HEADER, end);
            int frame = at;
            at = end;
            sink.frame(all[frame + 3], all[frame + 4], number(all, frame + 5), content);
        }
        pending = at == all.length ? NONE : Arrays.copyOfRange(all, at, all.length);
    }
}
