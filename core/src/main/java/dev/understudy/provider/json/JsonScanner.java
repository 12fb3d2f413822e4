package dev.understudy.provider.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The grammar of JSON (RFC 8259) on bytes. Each function is told where something begins and answers where it ends; what
 * breaks the grammar is a {@link dev.understudy.chat.FailureKind#PROTOCOL} failure.
 */
final class JsonScanner {

    private static final VarHandle EIGHT = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHS = 0x8080808080808080L;

    private static final byte[] TRUE = "true".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] FALSE = "false".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);

    private JsonScanner() {}

    /** Past white space. */
    static int space(byte[] bytes, int from, int end) {
        int i = from;
        while (i < end && (bytes[i] == ' ' || bytes[i] == '\n' || bytes[i] == '\r' || bytes[i] == '\t')) {
            i++;
        }
        return i;
    }

    /** Past white space, to something that has to be there. */
    static int something(byte[] bytes, int from, int end) {
        int i = space(bytes, from, end);
        if (i == end) {
            throw JsonErrors.cut();
        }
        return i;
    }

    /** Past the colon behind a name, to the value. */
    static int colon(byte[] bytes, int from, int end) {
        int i = something(bytes, from, end);
        if (bytes[i] != ':') {
            throw JsonErrors.malformed();
        }
        return something(bytes, i + 1, end);
    }

    /** Past any value; an object or array within {@code depth} others is passed over whole. */
    static int value(byte[] bytes, int from, int end, int depth) {
        return switch (bytes[from]) {
            case '"' -> string(bytes, from + 1, end) + 1;
            case '{', '[' -> container(bytes, from, end, depth);
            case 't' -> word(TRUE, bytes, from, end);
            case 'f' -> word(FALSE, bytes, from, end);
            case 'n' -> word(NULL, bytes, from, end);
            default -> number(bytes, from, end);
        };
    }

    private static int container(byte[] bytes, int from, int end, int depth) {
        JsonErrors.checkDepth(depth + 1);
        boolean object = bytes[from] == '{';
        byte close = (byte) (object ? '}' : ']');
        int i = something(bytes, from + 1, end);
        if (bytes[i] == close) {
            return i + 1;
        }
        while (true) {
            i = value(bytes, object ? colon(bytes, name(bytes, i, end) + 1, end) : i, end, depth + 1);
            i = something(bytes, i, end);
            if (bytes[i] == close) {
                return i + 1;
            }
            if (bytes[i] != ',') {
                throw JsonErrors.malformed();
            }
            i = something(bytes, i + 1, end);
        }
    }

    /** The closing quote of the name that begins with a quote at {@code from}. */
    static int name(byte[] bytes, int from, int end) {
        if (bytes[from] != '"') {
            throw JsonErrors.malformed();
        }
        return string(bytes, from + 1, end);
    }

    /** The closing quote of the string whose first character, behind the quote, is at {@code from}. */
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

    /** Past what stands for itself in a string, eight bytes at a step: most bytes of most documents. */
    private static int plain(byte[] bytes, int from, int end) {
        int i = from;
        while (i <= end - Long.BYTES) {
            long eight = (long) EIGHT.get(bytes, i);
            long special = (zero(eight ^ (ONES * '"')) | zero(eight ^ (ONES * '\\')) | control(eight) | eight) & HIGHS;
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

    /** The high bit of the first zero byte is set, and none before it. */
    private static long zero(long eight) {
        return (eight - ONES) & ~eight;
    }

    /** The high bit of the first control character is set, and none before it. */
    private static long control(long eight) {
        return (eight - ONES * ' ') & ~eight;
    }

    private static int word(byte[] word, byte[] bytes, int from, int end) {
        for (int i = 0; i < word.length; i++) {
            if (from + i == end) {
                throw JsonErrors.cut();
            }
            if (bytes[from + i] != word[i]) {
                throw JsonErrors.malformed();
            }
        }
        return from + word.length;
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

    /** Past one digit or more. */
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
