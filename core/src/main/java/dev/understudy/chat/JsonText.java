package dev.understudy.chat;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON that is already text: the schema of a tool, the vendor data of a block. Responses are read by the providers,
 * on which this package does not depend.
 */
final class JsonText {

    private static final int MAX_DEPTH = 128;

    private final String text;
    private int at;

    private JsonText(String text) {
        this.text = text;
    }

    /**
     * Parses an object into nested maps, lists, strings, numbers and booleans.
     *
     * @throws IllegalArgumentException if the text is no JSON object
     */
    static Map<String, @Nullable Object> object(String text) {
        JsonText json = new JsonText(text);
        json.space();
        if (json.peek() != '{') {
            throw json.invalid();
        }
        Map<String, @Nullable Object> object = json.object(0);
        json.space();
        if (json.at < text.length()) {
            throw json.invalid();
        }
        return object;
    }

    private IllegalArgumentException invalid() {
        return new IllegalArgumentException("No JSON object: invalid at character " + at);
    }

    private char peek() {
        if (at >= text.length()) {
            throw invalid();
        }
        return text.charAt(at);
    }

    private void space() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private void expect(String word) {
        if (!text.startsWith(word, at)) {
            throw invalid();
        }
        at += word.length();
    }

    private @Nullable Object value(int depth) {
        space();
        return switch (peek()) {
            case '{' -> object(depth);
            case '[' -> array(depth);
            case '"' -> string();
            case 't' -> word("true", true);
            case 'f' -> word("false", false);
            case 'n' -> word("null", null);
            default -> number();
        };
    }

    private @Nullable Object word(String word, @Nullable Object value) {
        expect(word);
        return value;
    }

    private Map<String, @Nullable Object> object(int depth) {
        open('{', depth);
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        while (!closed('}', object.isEmpty())) {
            String name = string();
            space();
            expect(":");
            object.put(name, value(depth + 1));
        }
        return object;
    }

    private List<@Nullable Object> array(int depth) {
        open('[', depth);
        List<@Nullable Object> array = new ArrayList<>();
        while (!closed(']', array.isEmpty())) {
            array.add(value(depth + 1));
        }
        return array;
    }

    private void open(char bracket, int depth) {
        if (depth >= MAX_DEPTH) {
            throw invalid();
        }
        expect(String.valueOf(bracket));
    }

    /** Passes the end of an object or array, or the comma before its next member. */
    private boolean closed(char bracket, boolean first) {
        space();
        if (peek() == bracket) {
            at++;
            return true;
        }
        if (!first) {
            expect(",");
            space();
            if (peek() == bracket) {
                throw invalid();
            }
        }
        return false;
    }

    private String string() {
        expect("\"");
        StringBuilder string = new StringBuilder();
        for (char c = peek(); c != '"'; c = peek()) {
            at++;
            if (c < ' ') {
                throw invalid();
            }
            string.append(c == '\\' ? escaped() : c);
        }
        at++;
        return string.toString();
    }

    private char escaped() {
        char c = peek();
        at++;
        int plain = "\"\\/bfnrt".indexOf(c);
        if (plain >= 0) {
            return "\"\\/\b\f\n\r\t".charAt(plain);
        }
        if (c != 'u' || at + 4 > text.length()) {
            throw invalid();
        }
        int code = 0;
        for (int end = at + 4; at < end; at++) {
            int digit = Character.digit(text.charAt(at), 16);
            if (digit < 0) {
                throw invalid();
            }
            code = code * 16 + digit;
        }
        return (char) code;
    }

    /** Returns a Long, or a BigDecimal for fractions and larger numbers. */
    private Number number() {
        int from = at;
        while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        String digits = text.substring(from, at);
        if (!digits.matches("-?(?:0|[1-9][0-9]{0,400})(?:\\.[0-9]{1,400})?(?:[eE][+-]?[0-9]{1,4})?")) {
            at = from;
            throw invalid();
        }
        try {
            return Long.valueOf(digits);
        } catch (NumberFormatException fractionOrBig) {
            return new BigDecimal(digits);
        }
    }
}
