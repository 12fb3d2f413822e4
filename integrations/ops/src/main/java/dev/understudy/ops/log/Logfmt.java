package dev.understudy.ops.log;

import dev.understudy.chat.Failure;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One line of {@code key=value} pairs, as text and as fields. Values are escaped so that they cannot end the line,
 * begin another pair or control a terminal, and are truncated to {@value #MAX_LENGTH} characters.
 */
final class Logfmt {

    static final int MAX_LENGTH = 300;

    private final StringBuilder line = new StringBuilder(160);
    private final Map<String, Object> fields = new LinkedHashMap<>();

    Logfmt(String event) {
        line.append("event=").append(event);
        fields.put("event", event);
    }

    /** Returns the pairs: numbers and booleans unchanged, durations in milliseconds, other values as text. */
    Map<String, Object> fields() {
        return fields;
    }

    Logfmt add(String key, @Nullable Object value) {
        if (value == null || value.equals("")) {
            return this;
        }
        line.append(' ').append(key).append('=');
        Object field = field(value);
        fields.put(key, field);
        String text = field.toString();
        boolean plain = text.chars().allMatch(Logfmt::isPlain);
        line.append(plain ? text : '"' + escaped(value.toString(), true) + '"');
        return this;
    }

    private static Object field(Object value) {
        if (value instanceof Number || value instanceof Boolean) {
            return value;
        }
        if (value instanceof Enum<?> constant) {
            return constant.name().toLowerCase(Locale.ROOT);
        }
        return value instanceof Duration duration ? (Object) duration.toMillis() : escaped(value.toString(), false);
    }

    /** Truncates the value and escapes control characters, and quotes and backslashes if asked. */
    private static String escaped(String value, boolean quotesToo) {
        String truncated = value.length() <= MAX_LENGTH ? value : value.substring(0, MAX_LENGTH) + "…";
        return Failure.printable(quotesToo ? truncated.replace("\\", "\\\\").replace("\"", "\\\"") : truncated);
    }

    private static boolean isPlain(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || "._-/:@+#*".indexOf(c) >= 0;
    }

    @Override
    public String toString() {
        return line.toString();
    }
}
