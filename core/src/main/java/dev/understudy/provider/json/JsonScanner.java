package dev.understudy.provider.json;

import java.nio.charset.StandardCharsets;

/**
 * Validates JSON (RFC 8259) on bytes. Each method takes the start of a construct and returns the index after it.
 * Violations of the grammar are {@link dev.understudy.chat.FailureKind#PROTOCOL} failures.
 */
final class JsonScanner {

    private static final byte[] TRUE = "true".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] FALSE = "false".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);

    private JsonScanner() {}

    /** Skips white space. */
    static int space(byte[] bytes, int from, int end) {
        int i = from;
        while (i < end && bytes[i] <= ' ' && isSpace(bytes[i])) {
            i++;
        }
        return i;
    }

    private static boolean isSpace(byte character) {
        return character == ' ' || character == '\n' || character == '\r' || character == '\t';
    }

    /** Skips white space before a required token. */
    static int required(byte[] bytes, int from, int end) {
        int i = space(bytes, from, end);
        if (i == end) {
            throw JsonErrors.cut();
        }
        return i;
    }

    /** Skips the colon after a name, up to the value. */
    static int colon(byte[] bytes, int from, int end) {
        int i = required(bytes, from, end);
        if (bytes[i] != ':') {
            throw JsonErrors.malformed();
        }
        return required(bytes, i + 1, end);
    }

    /** Skips any value; {@code depth} is the number of enclosing objects and arrays. */
    static int value(byte[] bytes, int from, int end, int depth) {
        return switch (bytes[from]) {
            case '"' -> string(bytes, from + 1, end) + 1;
            case '{', '[' -> container(bytes, from, end, depth);
            case 't' -> literal(TRUE, bytes, from, end);
            case 'f' -> literal(FALSE, bytes, from, end);
            case 'n' -> literal(NULL, bytes, from, end);
            default -> number(bytes, from, end);
        };
    }

    private static int container(byte[] bytes, int from, int end, int depth) {
        JsonErrors.checkDepth(depth + 1);
        boolean object = bytes[from] == '{';
        byte close = (byte) (object ? '}' : ']');
        int i = required(bytes, from + 1, end);
        if (bytes[i] == close) {
            return i + 1;
        }
        while (true) {
            i = value(bytes, object ? colon(bytes, name(bytes, i, end) + 1, end) : i, end, depth + 1);
            i = required(bytes, i, end);
            if (bytes[i] == close) {
                return i + 1;
            }
            if (bytes[i] != ',') {
                throw JsonErrors.malformed();
            }
            i = required(bytes, i + 1, end);
        }
    }

    /** Returns the index of the closing quote of the name whose opening quote is at {@code from}. */
    static int name(byte[] bytes, int from, int end) {
        if (bytes[from] != '"') {
            throw JsonErrors.malformed();
        }
        return string(bytes, from + 1, end);
    }

    /** Returns the index of the closing quote of the string whose first character is at {@code from}. */
    private static int string(byte[] bytes, int from, int end) {
        int i = from;
        while (true) {
            i = plain(bytes, i, end);
            if (i == end) {
                throw JsonErrors.cut();
            }
            byte b = bytes[i];
            if (b == '"') {
                return i;
            }
            if (b == '\\') {
                i = JsonString.pastEscape(bytes, i, end);
            } else if (b < 0) {
                i = Utf8.past(bytes, i, end);
            } else {
                throw JsonErrors.malformed();
            }
        }
    }

    /** Skips unescaped ASCII characters, eight bytes at a step: most bytes of most documents. */
    private static int plain(byte[] bytes, int from, int end) {
        int i = from;
        while (i <= end - Long.BYTES) {
            long eight = (long) EightBytes.AT.get(bytes, i);
            long special = (EightBytes.zero(eight ^ (EightBytes.ONES * '"'))
                            | EightBytes.zero(eight ^ (EightBytes.ONES * '\\'))
                            | control(eight)
                            | eight)
                    & EightBytes.HIGHS;
            if (special != 0) {
                return i + (Long.numberOfTrailingZeros(special) >>> 3);
            }
            i += Long.BYTES;
        }
        while (i < end && bytes[i] >= ' ' && bytes[i] != '"' && bytes[i] != '\\') {
            i++;
        }
        return i;
    }

    /** Sets the high bit of the first control character, and none before it. */
    private static long control(long eight) {
        return (eight - EightBytes.ONES * ' ') & ~eight;
    }

    private static int literal(byte[] literal, byte[] bytes, int from, int end) {
        for (int i = 0; i < literal.length; i++) {
            if (from + i == end) {
                throw JsonErrors.cut();
            }
            if (bytes[from + i] != literal[i]) {
                throw JsonErrors.malformed();
            }
        }
        return from + literal.length;
    }

    private static int number(byte[] bytes, int from, int end) {
        int whole = bytes[from] == '-' ? from + 1 : from;
        int i = digits(bytes, whole, end);
        if (bytes[whole] == '0' && i > whole + 1) {
            throw JsonErrors.malformed();
        }
        if (i < end && bytes[i] == '.') {
            i = digits(bytes, i + 1, end);
        }
        if (i < end && (bytes[i] == 'e' || bytes[i] == 'E')) {
            boolean signed = i + 1 < end && (bytes[i + 1] == '+' || bytes[i + 1] == '-');
            i = digits(bytes, signed ? i + 2 : i + 1, end);
        }
        if (i - from > JsonErrors.MAX_NUMBER) {
            throw JsonErrors.overLimit();
        }
        return i;
    }

    /** Skips one or more digits. */
    private static int digits(byte[] bytes, int from, int end) {
        int i = from;
        while (i < end && bytes[i] >= '0' && bytes[i] <= '9') {
            i++;
        }
        if (i == from) {
            throw i == end ? JsonErrors.cut() : JsonErrors.malformed();
        }
        return i;
    }
}
