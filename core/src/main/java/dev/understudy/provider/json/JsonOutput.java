package dev.understudy.provider.json;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Bytes of one JSON document in UTF-8. The array is kept by its thread for the next document, so that a document is copied
 * once, into an array of its length.
 */
final class JsonOutput {

    private static final int FIRST = 1 << 10;

    /** Characters that are looked at together. */
    private static final int PIECE = 256;

    /** Size above which an array is not kept. */
    private static final int WORTH_KEEPING = 32 << 10;

    private static final ThreadLocal<@Nullable JsonOutput> KEPT = new ThreadLocal<>();
    private static final char[] HEX = "0123456789ABCDEF".toCharArray();

    private byte[] bytes = new byte[FIRST];
    private final char[] characters = new char[PIECE];
    private int length;

    private JsonOutput() {}

    /** Returns an empty output, which is nobody else's until it is given back. */
    static JsonOutput take() {
        JsonOutput kept = KEPT.get();
        if (kept == null) {
            return new JsonOutput();
        }
        KEPT.set(null); // a value whose text is JSON takes another one
        kept.length = 0;
        return kept;
    }

    void giveBack() {
        if (bytes.length <= WORTH_KEEPING) {
            KEPT.set(this);
        }
    }

    byte[] bytes() {
        return Arrays.copyOf(bytes, length);
    }

    private void room(int more) {
        if (more > bytes.length - length) {
            bytes = Arrays.copyOf(
                    bytes, (int) Math.min(Integer.MAX_VALUE - 8L, Math.max(2L * bytes.length, (long) length + more)));
        }
    }

    void put(char ascii) {
        room(1);
        bytes[length++] = (byte) ascii;
    }

    void ascii(String text) {
        room(text.length());
        for (int i = 0; i < text.length(); i++) {
            bytes[length++] = (byte) text.charAt(i);
        }
    }

    /** Writes text without quotes and escapes. */
    void raw(String text) {
        write(text, false);
    }

    /** Writes a string in quotes. A lone surrogate, as left by cutting a text, becomes U+FFFD. */
    void string(String text) {
        put('"');
        write(text, true);
        put('"');
    }

    private void write(String text, boolean escaped) {
        int size = text.length();
        int done = 0;
        while (done < size) {
            int more = plain(text, done, escaped);
            done = more == Math.min(done + PIECE, size) ? more : special(text, more);
        }
    }

    /** Writes at most a piece of ASCII characters, up to the first that needs more; returns its index. */
    private int plain(String text, int from, boolean escaped) {
        int size = Math.min(PIECE, text.length() - from);
        room(size);
        char[] piece = characters;
        text.getChars(from, from + size, piece, 0);
        byte[] into = bytes;
        int to = length;
        int i = 0;
        while (i < size) {
            char c = piece[i];
            if (c >= 0x80 || (escaped && (c < ' ' || c == '"' || c == '\\'))) {
                break;
            }
            into[to + i] = (byte) c;
            i++;
        }
        length = to + i;
        return from + i;
    }

    /** Writes one character that needs an escape or is not ASCII; returns the index behind it. */
    private int special(String text, int at) {
        char c = text.charAt(at);
        room(6);
        if (c < 0x80) {
            escape(c);
            return at + 1;
        }
        int code = c;
        int next = at + 1;
        if (Character.isSurrogate(c)) {
            boolean pair =
                    Character.isHighSurrogate(c) && next < text.length() && Character.isLowSurrogate(text.charAt(next));
            code = pair ? Character.toCodePoint(c, text.charAt(next++)) : 0xFFFD;
        }
        utf8(code);
        return next;
    }

    private void escape(char c) {
        bytes[length++] = '\\';
        switch (c) {
            case '"', '\\' -> bytes[length++] = (byte) c;
            case '\b' -> bytes[length++] = 'b';
            case '\f' -> bytes[length++] = 'f';
            case '\n' -> bytes[length++] = 'n';
            case '\r' -> bytes[length++] = 'r';
            case '\t' -> bytes[length++] = 't';
            default -> {
                bytes[length++] = 'u';
                bytes[length++] = '0';
                bytes[length++] = '0';
                bytes[length++] = (byte) HEX[c >> 4];
                bytes[length++] = (byte) HEX[c & 15];
            }
        }
    }

    private void utf8(int code) {
        if (code < 0x800) {
            bytes[length++] = (byte) (0xC0 | code >> 6);
        } else {
            if (code < 0x10000) {
                bytes[length++] = (byte) (0xE0 | code >> 12);
            } else {
                bytes[length++] = (byte) (0xF0 | code >> 18);
                bytes[length++] = (byte) (0x80 | (code >> 12 & 0x3F));
            }
            bytes[length++] = (byte) (0x80 | (code >> 6 & 0x3F));
        }
        bytes[length++] = (byte) (0x80 | (code & 0x3F));
    }
}
