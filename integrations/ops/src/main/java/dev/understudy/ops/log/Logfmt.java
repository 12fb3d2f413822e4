package dev.understudy.ops.log;

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
        StringBuilder text = new StringBuilder(truncated.length());
        truncated.codePoints().forEach(point -> {
            if (quotesToo && (point == '"' || point == '\\')) {
                text.append('\\').append((char) point);
            } else if (isPrintable(point)) {
                text.appendCodePoint(point);
            } else {
                text.append(String.format(Locale.ROOT, "\\u%04x", point));
            }
        });
        return text.toString();
    }

    private static boolean isPlain(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || "._-/:@+#*".indexOf(c) >= 0;
    }

    /** Excludes control and format characters, line ends, lone surrogates and unassigned code points. */
    private static boolean isPrintable(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }

    @Override
    public String toString() {
        return line.toString();
    }
}
