package dev.understudy.provider.json;

import dev.understudy.chat.ChatException.CallFailed;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Pulls values out of one JSON document without building a tree.
 *
 * <pre>{@code
 * if (in.object()) {
 *     while (in.nextField()) {
 *         switch (in.field()) {
 *             case "id" -> id = in.string();
 *             default -> in.skip();
 *         }
 *     }
 * }
 * }</pre>
 *
 * A value that was not looked at is skipped by the next step, and a value of another type than asked for reads as null
 * or as the default: vendors are sloppy. A loop that was begun must run to its end, or nothing
 * be read any more.
 *
 * <p>The document is whole in its array, so there is nothing to feed, to buffer or to pool: a streamed event costs this
 * object and the strings that are read from it. What is passed over is checked as strictly as what is read.
 */
public final class JsonReader {

    /** What the value at hand is; nothing, before the first and behind the end of an object or array. */
    enum Kind {
        NONE,
        OBJECT,
        ARRAY,
        STRING,
        NUMBER,
        TRUE,
        FALSE,
        NULL
    }

    private final byte[] bytes;
    private final int end;
    /** What was not passed yet begins here: white space, or an object or array at hand. */
    private int next;

    private int depth;
    /** Nothing was read yet of the object or array that was entered last. */
    private boolean first;
    /** The value at hand is an object or array that was neither entered nor skipped. */
    private boolean untouched;

    private String field = "";
    private Kind kind = Kind.NONE;
    /** The value at hand, if it is none of these; a string's without its quotes. */
    private int from;

    private int to;

    /** @throws CallFailed PROTOCOL if there is nothing in it */
    JsonReader(byte[] bytes, int offset, int length) {
        this.bytes = bytes;
        this.end = offset + length;
        int start = JsonScanner.space(bytes, pastByteOrderMark(offset), end);
        if (start == end) {
            throw JsonErrors.rejected("an empty body where JSON was expected");
        }
        take(start);
    }

    private int pastByteOrderMark(int offset) {
        boolean marked = end - offset >= 3
                && bytes[offset] == (byte) 0xEF
                && bytes[offset + 1] == (byte) 0xBB
                && bytes[offset + 2] == (byte) 0xBF;
        return marked ? offset + 3 : offset;
    }

    /** Enters the object at hand; false, and nothing done, if the value is none. */
    public boolean object() {
        return enter(Kind.OBJECT);
    }

    /** Enters the array at hand; false, and nothing done, if the value is none. */
    public boolean array() {
        return enter(Kind.ARRAY);
    }

    private boolean enter(Kind wanted) {
        if (!untouched || kind != wanted) {
            return false;
        }
        JsonErrors.checkDepth(++depth);
        next++;
        untouched = false;
        first = true;
        return true;
    }

    /** Moves to the next field of the object that was entered last; false at its end. */
    public boolean nextField() {
        int name = next('}');
        if (name == end) {
            return false;
        }
        int close = JsonScanner.name(bytes, name, end);
        field = JsonNameCache.of(bytes, name + 1, close);
        take(JsonScanner.colon(bytes, close + 1, end));
        return true;
    }

    /** Moves to the next element of the array that was entered last; false at its end. */
    public boolean nextElement() {
        int element = next(']');
        if (element == end) {
            return false;
        }
        take(element);
        return true;
    }

    /** Where the next field or element begins; the end of the document where the object or array ends, which is left. */
    private int next(char close) {
        skip();
        if (depth == 0) {
            return end;
        }
        int i = JsonScanner.something(bytes, next, end);
        if (bytes[i] == close) {
            leave(i + 1);
            return end;
        }
        if (first) {
            first = false;
            return i;
        }
        if (bytes[i] != ',') {
            throw JsonErrors.malformed();
        }
        return JsonScanner.something(bytes, i + 1, end);
    }

    /** An object or array has ended; after the outermost one nothing but white space may follow. */
    private void leave(int past) {
        next = past;
        first = false;
        kind = Kind.NONE;
        if (--depth == 0 && JsonScanner.space(bytes, past, end) != end) {
            throw JsonErrors.rejected("more than one JSON value where one was expected");
        }
    }

    /** Takes the value that begins here to hand: a simple one whole, of an object or array only its beginning. */
    private void take(int start) {
        kind = switch (bytes[start]) {
            case '{' -> Kind.OBJECT;
            case '[' -> Kind.ARRAY;
            case '"' -> Kind.STRING;
            case 't' -> Kind.TRUE;
            case 'f' -> Kind.FALSE;
            case 'n' -> Kind.NULL;
            default -> Kind.NUMBER;
        };
        untouched = kind == Kind.OBJECT || kind == Kind.ARRAY;
        next = untouched ? start : JsonScanner.value(bytes, start, end, depth);
        from = kind == Kind.STRING ? start + 1 : start;
        to = kind == Kind.STRING ? next - 1 : next;
    }

    /** Passes over the value at hand, whatever it is. */
    public void skip() {
        if (untouched) {
            untouched = false;
            kind = Kind.NONE;
            next = JsonScanner.value(bytes, next, end, depth);
        }
    }

    /** The name of the field at hand. */
    public String field() {
        return field;
    }

    Kind kind() {
        return kind;
    }

    public boolean isObject() {
        return kind == Kind.OBJECT;
    }

    public boolean isArray() {
        return kind == Kind.ARRAY;
    }

    public boolean isString() {
        return kind == Kind.STRING;
    }

    public boolean isNull() {
        return kind == Kind.NULL;
    }

    /** A string, or a number or boolean as it is written; null for null, objects and arrays. */
    public @Nullable String string() {
        return switch (kind) {
            case STRING -> JsonString.of(bytes, from, to);
            case NUMBER -> new String(bytes, from, to - from, StandardCharsets.US_ASCII);
            case TRUE -> "true";
            case FALSE -> "false";
            case NONE, OBJECT, ARRAY, NULL -> null;
        };
    }

    /** The same for a value of which there are few, such as a type: one that was met before is not made anew. */
    public String word(String or) {
        return kind == Kind.STRING ? JsonNameCache.of(bytes, from, to) : string(or);
    }

    public String string(String or) {
        String string = string();
        return string == null ? or : string;
    }

    /**
     * A string that rarely changes from document to document: gives {@code before} again where it is the same, and also
     * where there is none.
     */
    public String repeated(String before) {
        if (kind != Kind.STRING || from == to || JsonString.isSpelt(before, bytes, from, to)) {
            return before;
        }
        String string = JsonString.of(bytes, from, to);
        return string.equals(before) ? before : string;
    }

    /** A number, also one in a string; fractions are cut, what does not fit becomes the nearest int. */
    public int integer(int or) {
        return (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, longer(or)));
    }

    /** A number, also one in a string; fractions are cut, what does not fit becomes the nearest long. */
    long longer(long or) {
        if (kind == Kind.NUMBER) {
            return JsonNumber.nearestLong(bytes, from, to);
        }
        double number = number(Double.NaN);
        return Double.isNaN(number) ? or : (long) number;
    }

    /** A number, also one in a string. */
    double number(double or) {
        if (kind != Kind.STRING && kind != Kind.NUMBER) {
            return or;
        }
        try {
            return Double.parseDouble(string(""));
        } catch (NumberFormatException e) {
            return or;
        }
    }

    public boolean bool(boolean or) {
        return kind == Kind.TRUE || (kind != Kind.FALSE && or);
    }
}
