package dev.understudy.ops.log;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One line of {@code key=value} pairs, as text and as fields. No value can end the line, begin another pair or control a
 * terminal, and none is longer than {@value #LONGEST} characters.
 */
final class Logfmt {

    static final int LONGEST = 300;

    private final StringBuilder line = new StringBuilder(160);
    private final Map<String, Object> fields = new LinkedHashMap<>();

    Logfmt(String event) {
        line.append("event=").append(event);
        fields.put("event", event);
    }

    /** The pairs: numbers and booleans as they are, durations in milliseconds, everything else as text. */
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

    /** Truncates, and replaces what is invisible by its number; quotes and backslashes get a backslash where they must. */
    private static String escaped(String value, boolean quotes) {
        String said = value.length() <= LONGEST ? value : value.substring(0, LONGEST) + "…";
        StringBuilder text = new StringBuilder(said.length());
        said.codePoints().forEach(point -> {
            if (quotes && (point == '"' || point == '\\')) {
                text.append('\\').append((char) point);
            } else if (isHarmless(point)) {
                text.appendCodePoint(point);
            } else {
                text.append(String.format(Locale.ROOT, "\\u%04x", point));
            }
        });
        return text.toString();
    }

    private static boolean isPlain(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || "._-/:@+#*".indexOf(c) >= 0;
    }

    /** No control, no invisible mark that turns a line around, no other end of a line, no half of a character. */
    private static boolean isHarmless(int point) {
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
