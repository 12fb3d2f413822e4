package dev.understudy.provider.json;

import dev.understudy.chat.ChatException.CallFailed;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads values from JSON documents, one after the other, without building a tree.
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
 * Unread values are skipped by the next step. A value of another type than requested reads as null or as the default,
 * because vendors deviate from their schemas. A loop that was started must run to its end, or reading must stop.
 *
 * <p>The document is a complete array, so nothing is fed or buffered: an event of a stream whose decoder keeps its
 * reader costs the strings read from it. Skipped values are validated as strictly as read ones. Not thread-safe.
 */
public final class JsonReader {

    /** Type of the current value; NONE before the first value and after the end of an object or array. */
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

    private static final byte[] NOTHING = {};

    private byte[] bytes = NOTHING;
    private int end;
    /** Start of the unread bytes: white space, or the current object or array. */
    private int next;

    private int depth;
    /** Nothing was read yet of the object or array entered last. */
    private boolean first;
    /** The current value is an object or array that was neither entered nor skipped. */
    private boolean untouched;

    private String field = "";
    private Kind kind = Kind.NONE;
    /** Range of the current scalar value; of a string without its quotes. */
    private int from;

    private int to;

    /**
     * Starts to read a document, from its beginning. The reader references the array until the next document.
     *
     * @return this reader
     * @throws CallFailed PROTOCOL if the document is empty
     */
    public JsonReader open(byte[] bytes, int offset, int length) {
        this.bytes = bytes;
        this.end = offset + length;
        this.depth = 0;
        this.first = false;
        int start = JsonScanner.space(bytes, pastByteOrderMark(offset), end);
        if (start == end) {
            throw JsonErrors.rejected("an empty body where JSON was expected");
        }
        take(start);
        return this;
    }

    private int pastByteOrderMark(int offset) {
        boolean marked = end - offset >= 3
                && bytes[offset] == (byte) 0xEF
                && bytes[offset + 1] == (byte) 0xBB
                && bytes[offset + 2] == (byte) 0xBF;
        return marked ? offset + 3 : offset;
    }

    /** Enters the current object; returns false without effect if the value is none. */
    public boolean object() {
        return enter(Kind.OBJECT);
    }

    /** Enters the current array; returns false without effect if the value is none. */
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

    /** Advances to the next field of the object entered last; returns false at its end. */
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

    /** Advances to the next element of the array entered last; returns false at its end. */
    public boolean nextElement() {
        int element = next(']');
        if (element == end) {
            return false;
        }
        take(element);
        return true;
    }

    /** Returns the start of the next field or element, or the end of the document after leaving the object or array. */
    private int next(char close) {
        skip();
        if (depth == 0) {
            return end;
        }
        int i = JsonScanner.required(bytes, next, end);
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
        return JsonScanner.required(bytes, i + 1, end);
    }

    /** Leaves an object or array; after the outermost one only white space may follow. */
    private void leave(int past) {
        next = past;
        first = false;
        kind = Kind.NONE;
        if (--depth == 0 && JsonScanner.space(bytes, past, end) != end) {
            throw JsonErrors.rejected("more than one JSON value where one was expected");
        }
    }

    /**
     * Makes the value at {@code start} the current one: scalars are read whole, objects and arrays up to their start.
     */
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

    /** Skips the current value. */
    public void skip() {
        if (untouched) {
            untouched = false;
            kind = Kind.NONE;
            next = JsonScanner.value(bytes, next, end, depth);
        }
    }

    /** Name of the current field. */
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

    /** String value, or the literal of a number or boolean; null for null, objects and arrays. */
    public @Nullable String string() {
        return switch (kind) {
            case STRING -> JsonString.of(bytes, from, to);
            case NUMBER -> new String(bytes, from, to - from, StandardCharsets.US_ASCII);
            case TRUE -> "true";
            case FALSE -> "false";
            case NONE, OBJECT, ARRAY, NULL -> null;
        };
    }

    /**
     * Value as {@link #string(String)} gives it, for values with few variants such as a type: strings are taken from
     * a cache.
     */
    public String word(String or) {
        return kind == Kind.STRING ? JsonNameCache.of(bytes, from, to) : string(or);
    }

    public String string(String or) {
        String string = string();
        return string == null ? or : string;
    }

    /** Value of a string that rarely changes from document to document: {@code before} itself if equal or absent. */
    public String repeated(String before) {
        if (kind != Kind.STRING || from == to || JsonString.isSpelt(before, bytes, from, to)) {
            return before;
        }
        String string = JsonString.of(bytes, from, to);
        return string.equals(before) ? before : string;
    }

    /** Numeric value, also from a string; truncated and clamped to the range of int. */
    public int integer(int or) {
        return (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, longer(or)));
    }

    /** Numeric value, also from a string; truncated and clamped to the range of long. */
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
