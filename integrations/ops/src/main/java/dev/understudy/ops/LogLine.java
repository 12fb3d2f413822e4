package dev.understudy.ops;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One line of {@code key=value} pairs. What stands in it cannot end the line, begin another pair or steer a terminal, and
 * no value is longer than {@value #LONGEST} characters.
 */
final class LogLine {

    static final int LONGEST = 300;

    private final StringBuilder line = new StringBuilder(160);

    LogLine(String event) {
        line.append("event=").append(event);
    }

    LogLine add(String key, @Nullable Object value) {
        if (value == null || value.equals("")) {
            return this;
        }
        line.append(' ').append(key).append('=');
        if (value instanceof Number || value instanceof Boolean) {
            line.append(value);
        } else if (value instanceof Enum<?> constant) {
            line.append(constant.name().toLowerCase(Locale.ROOT));
        } else if (value instanceof Duration duration) {
            line.append(duration.toMillis());
        } else {
            text(value.toString());
        }
        return this;
    }

    private void text(String value) {
        String said = value.length() <= LONGEST ? value : value.substring(0, LONGEST) + "…";
        if (said.chars().allMatch(LogLine::isPlain)) {
            line.append(said);
            return;
        }
        line.append('"');
        said.codePoints().forEach(this::escaped);
        line.append('"');
    }

    private void escaped(int point) {
        if (point == '"' || point == '\\') {
            line.append('\\').append((char) point);
        } else if (isHarmless(point)) {
            line.appendCodePoint(point);
        } else {
            line.append(String.format(Locale.ROOT, "\\u%04x", point));
        }
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
