package dev.understudy.provider.json;

import java.nio.charset.StandardCharsets;

/** Decodes the characters between the quotes of a JSON string. */
final class JsonString {

    private static final long BACKSLASHES = EightBytes.ONES * '\\';

    private JsonString() {}

    /** Decodes a range that {@link JsonScanner} accepted. A lone surrogate is kept. */
    static String of(byte[] bytes, int from, int to) {
        int escape = escape(bytes, from, to);
        return escape == to
                ? new String(bytes, from, to - from, StandardCharsets.UTF_8)
                : unescaped(bytes, from, escape, to);
    }

    /** Returns true if the range is {@code text} in ASCII without an escape sequence. */
    static boolean isSpelt(String text, byte[] bytes, int from, int to) {
        if (text.length() != to - from) {
            return false;
        }
        for (int i = from; i < to; i++) {
            if (bytes[i] != text.charAt(i - from) || bytes[i] == '\\') {
                return false;
            }
        }
        return true;
    }

    private static String unescaped(byte[] bytes, int from, int firstEscape, int to) {
        StringBuilder text = new StringBuilder(to - from);
        int start = from;
        int escape = firstEscape;
        while (escape < to) {
            text.append(new String(bytes, start, escape - start, StandardCharsets.UTF_8));
            byte what = bytes[escape + 1];
            text.append(what == 'u' ? (char) hex(bytes, escape + 2) : unescape(what));
            start = escape + (what == 'u' ? 6 : 2);
            escape = escape(bytes, start, to);
        }
        return text.append(new String(bytes, start, to - start, StandardCharsets.UTF_8))
                .toString();
    }

    /** Returns the index of the first backslash, {@code to} without one. */
    private static int escape(byte[] bytes, int from, int to) {
        int i = from;
        while (i <= to - Long.BYTES) {
            long found = EightBytes.zero((long) EightBytes.AT.get(bytes, i) ^ BACKSLASHES) & EightBytes.HIGHS;
            if (found != 0) {
                return i + (Long.numberOfTrailingZeros(found) >>> 3);
            }
            i += Long.BYTES;
        }
        while (i < to && bytes[i] != '\\') {
            i++;
        }
        return i;
    }

    /** Skips the escape sequence whose backslash is at {@code from}. */
    static int pastEscape(byte[] bytes, int from, int end) {
        if (from + 1 == end) {
            throw JsonErrors.cut();
        }
        if (bytes[from + 1] != 'u') {
            if (unescape(bytes[from + 1]) == 0) {
                throw JsonErrors.malformed();
            }
            return from + 2;
        }
        for (int i = from + 2; i < from + 6; i++) {
            if (i == end) {
                throw JsonErrors.cut();
            }
            if (digit(bytes[i]) < 0) {
                throw JsonErrors.malformed();
            }
        }
        return from + 6;
    }

    /** Character denoted by a backslash and {@code letter}; 0 for none. */
    private static char unescape(byte letter) {
        return switch (letter) {
            case '"', '\\', '/' -> (char) letter;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            default -> 0;
        };
    }

    private static int hex(byte[] bytes, int from) {
        return digit(bytes[from]) << 12
                | digit(bytes[from + 1]) << 8
                | digit(bytes[from + 2]) << 4
                | digit(bytes[from + 3]);
    }

    private static int digit(byte letter) {
        return letter < 0 ? -1 : Character.digit(letter, 16);
    }
}
