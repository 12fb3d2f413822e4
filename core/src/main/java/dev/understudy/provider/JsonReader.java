package dev.understudy.provider;

import dev.understudy.chat.ChatException.CallFailed;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;

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
 * or as the default: vendors are sloppy. A loop that was begun must run to its end, or the reader be closed.
 *
 * <p>A reader is used again after it is closed, parser and buffers included, so a streamed event costs no more garbage
 * than the strings that are read from it. One that met an error is thrown away.
 */
final class JsonReader implements AutoCloseable {

    /** After so many bytes a parser is given up, so that names of hostile documents cannot pile up in its table. */
    private static final int WORN_OUT = 4 << 20;

    private static final int SLOTS = 32;
    private static final AtomicReferenceArray<@Nullable JsonReader> IDLE = new AtomicReferenceArray<>(SLOTS);

    private final JsonBytes source = new JsonBytes();
    private final JsonParser parser = Json.FACTORY.createParser(ObjectReadContext.empty(), source);
    private String field = "";
    private long total;
    private boolean closed;
    /** The outermost object or array was read to its end. */
    private boolean done;
    /** The value at hand is an object or array that was neither entered nor skipped. */
    private boolean untouched;

    private JsonReader() {}

    static JsonReader open(byte[] bytes, int offset, int length) {
        JsonReader reader = IDLE.getAndSet(slot(), null);
        if (reader == null) {
            reader = new JsonReader();
        }
        try {
            reader.begin(bytes, offset, length);
            return reader;
        } catch (CallFailed e) {
            reader.close();
            throw e;
        }
    }

    private static int slot() {
        return (int) Thread.currentThread().getId() & (SLOTS - 1);
    }

    private void begin(byte[] bytes, int offset, int length) {
        int from = offset;
        if (length >= 3
                && bytes[from] == (byte) 0xEF
                && bytes[from + 1] == (byte) 0xBB
                && bytes[from + 2] == (byte) 0xBF) {
            from += 3;
        }
        source.fill(bytes, from, offset + length);
        total += length;
        closed = false;
        done = false;
        if (advance() == null) {
            throw Json.rejected("an empty body where JSON was expected");
        }
    }

    /** Enters the object at hand; false, and nothing done, if the value is none. */
    boolean object() {
        return enter(JsonToken.START_OBJECT);
    }

    /** Enters the array at hand; false, and nothing done, if the value is none. */
    boolean array() {
        return enter(JsonToken.START_ARRAY);
    }

    private boolean enter(JsonToken start) {
        if (untouched && parser.currentToken() == start) {
            untouched = false;
            return true;
        }
        return false;
    }

    /** Moves to the next field of the object that was entered last; false at its end. */
    boolean nextField() {
        try {
            leave();
            String name = parser.nextName();
            if (name == null) {
                ended();
                return false;
            }
            field = name;
        } catch (JacksonException e) {
            throw Json.rejected(e);
        }
        return advance() != null;
    }

    /** Moves to the next element of the array that was entered last; false at its end. */
    boolean nextElement() {
        try {
            leave();
        } catch (JacksonException e) {
            throw Json.rejected(e);
        }
        if (advance() == JsonToken.END_ARRAY) {
            ended();
            return false;
        }
        return true;
    }

    private @Nullable JsonToken advance() {
        try {
            JsonToken token = parser.nextToken();
            untouched = token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY;
            return token;
        } catch (JacksonException e) {
            throw Json.rejected(e);
        }
    }

    private void leave() {
        if (untouched) {
            parser.skipChildren();
            untouched = false;
        }
    }

    /** An object or array has ended; after the outermost one nothing but white space may follow. */
    private void ended() {
        if (parser.streamReadContext().inRoot()) {
            parser.releaseBuffered(source.rest());
            if (source.hasMore()) {
                throw Json.rejected("more than one JSON value where one was expected");
            }
            done = true;
        }
    }

    /** The name of the field at hand. */
    String field() {
        return field;
    }

    boolean isObject() {
        return parser.currentToken() == JsonToken.START_OBJECT;
    }

    boolean isArray() {
        return parser.currentToken() == JsonToken.START_ARRAY;
    }

    boolean isString() {
        return parser.currentToken() == JsonToken.VALUE_STRING;
    }

    boolean isNull() {
        return parser.currentToken() == JsonToken.VALUE_NULL;
    }

    /** A string, or a number or boolean as it is written; null for null, objects and arrays. */
    @Nullable
    String string() {
        JsonToken token = parser.currentToken();
        if (token == null || !token.isScalarValue() || token == JsonToken.VALUE_NULL) {
            return null;
        }
        try {
            return parser.getString();
        } catch (JacksonException e) {
            throw Json.rejected(e);
        }
    }

    String string(String or) {
        String string = string();
        return string == null ? or : string;
    }

    /**
     * A string that rarely changes from document to document: gives {@code before} again where it is the same, and also
     * where there is none.
     */
    String repeated(String before) {
        if (!isString()) {
            return before;
        }
        try {
            char[] characters = parser.getStringCharacters();
            int length = parser.getStringLength();
            int offset = parser.getStringOffset();
            return length == before.length() && matches(before, characters, offset) || length == 0
                    ? before
                    : new String(characters, offset, length);
        } catch (JacksonException e) {
            throw Json.rejected(e);
        }
    }

    private static boolean matches(String text, char[] characters, int offset) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) != characters[offset + i]) {
                return false;
            }
        }
        return true;
    }

    /** A number, also one in a string; fractions are cut, what does not fit becomes the nearest int. */
    int integer(int or) {
        return (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, longer(or)));
    }

    /** A number, also one in a string; fractions are cut, what does not fit becomes the nearest long. */
    long longer(long or) {
        JsonToken token = parser.currentToken();
        if (token == JsonToken.VALUE_NUMBER_INT && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
            return parser.getLongValue();
        }
        double number = number(Double.NaN);
        return Double.isNaN(number) ? or : (long) number;
    }

    /** A number, also one in a string. */
    double number(double or) {
        JsonToken token = parser.currentToken();
        if (token != JsonToken.VALUE_STRING && (token == null || !token.isNumeric())) {
            return or;
        }
        try {
            return Double.parseDouble(string(""));
        } catch (NumberFormatException e) {
            return or;
        }
    }

    boolean bool(boolean or) {
        JsonToken token = parser.currentToken();
        return token == JsonToken.VALUE_TRUE || (token != JsonToken.VALUE_FALSE && or);
    }

    /** Passes over the value at hand, whatever it is. */
    void skip() {
        try {
            leave();
        } catch (JacksonException e) {
            throw Json.rejected(e);
        }
    }

    /** The value at hand as compact JSON, fields in the order received. */
    String json() {
        return JsonWriter.text(value());
    }

    /** The object at hand; empty if the value is none. */
    Map<String, @Nullable Object> map() {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        if (object()) {
            while (nextField()) {
                String name = field;
                map.put(name, value());
            }
        }
        return map;
    }

    /** The value at hand as nested maps, lists, strings, numbers and booleans; null for null. */
    @Nullable
    Object value() {
        JsonToken token = parser.currentToken();
        if (token == JsonToken.START_OBJECT) {
            return map();
        }
        if (token == JsonToken.START_ARRAY) {
            List<@Nullable Object> list = new ArrayList<>();
            if (array()) {
                while (nextElement()) {
                    list.add(value());
                }
            }
            return list;
        }
        if (token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE) {
            return token == JsonToken.VALUE_TRUE;
        }
        if (token != null && token.isNumeric()) {
            return numeral(string("0"));
        }
        return string();
    }

    private static Number numeral(String text) {
        try {
            return Long.valueOf(text);
        } catch (NumberFormatException fractionOrBig) {
            return decimal(text);
        }
    }

    private static BigDecimal decimal(String text) {
        try {
            return new BigDecimal(text);
        } catch (NumberFormatException beyondAllExponents) {
            throw Json.rejected("JSON with a number beyond all limits");
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        source.fill(new byte[0], 0, 0);
        if (done && total < WORN_OUT) {
            IDLE.setRelease(slot(), this);
        } else {
            parser.close();
        }
    }
}
