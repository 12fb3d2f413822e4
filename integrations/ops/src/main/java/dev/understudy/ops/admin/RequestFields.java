package dev.understudy.ops.admin;

import dev.understudy.ops.config.Durations;
import dev.understudy.ops.config.Suggestions;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the fields of a body and collects every error. Omitted fields are {@code null}. */
final class RequestFields {

    private static final BigDecimal MAX_SECONDS =
            BigDecimal.valueOf(Duration.ofDays(36_500).toSeconds());

    private final Map<String, @Nullable Object> body;
    private final Set<String> known = new LinkedHashSet<>();
    private final List<Problem.FieldError> errors = new ArrayList<>();

    RequestFields(Map<String, @Nullable Object> body) {
        this.body = body;
    }

    @Nullable
    String text(String name) {
        Object value = value(name);
        if (value == null || (value instanceof String text && text.length() <= 10_000)) {
            return (String) value;
        }
        wrong(name, "is a text of at most 10000 characters");
        return null;
    }

    @Nullable
    Boolean flag(String name) {
        Object value = value(name);
        if (value == null || value instanceof Boolean) {
            return (Boolean) value;
        }
        wrong(name, "is true or false");
        return null;
    }

    @Nullable
    Integer count(String name) {
        Object value = value(name);
        if (value == null || (value instanceof Integer count && count >= 1)) {
            return (Integer) value;
        }
        wrong(name, "is a whole number, 1 or more");
        return null;
    }

    /** Reads seconds as a number, or a duration with a unit; longer than zero. */
    @Nullable
    Duration duration(String name) {
        Object value = value(name);
        if (value == null) {
            return null;
        }
        Duration duration =
                value instanceof Number seconds ? seconds(seconds) : value instanceof String text ? parsed(text) : null;
        if (duration == null || duration.isZero()) {
            wrong(name, "is seconds, or a duration such as 500ms, 10s, 5m or 1h; longer than zero");
            return null;
        }
        return duration;
    }

    private static @Nullable Duration seconds(Number number) {
        BigDecimal seconds = new BigDecimal(number.toString());
        boolean possible = seconds.signum() > 0 && seconds.compareTo(MAX_SECONDS) <= 0;
        return possible ? Duration.ofNanos(seconds.movePointRight(9).longValue()) : null;
    }

    private static @Nullable Duration parsed(String text) {
        try {
            return Durations.read(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    @Nullable
    List<String> texts(String name) {
        Object value = value(name);
        if (value == null) {
            return null;
        }
        List<String> texts = new ArrayList<>();
        if (value instanceof List<?> list && list.size() <= 1_000) {
            for (Object each : list) {
                if (each instanceof String text) {
                    texts.add(text);
                } else {
                    wrong(name + "/" + list.indexOf(each), "is a text");
                }
            }
            return texts;
        }
        wrong(name, "is a list of texts");
        return null;
    }

    /** Reports an error if the field is omitted. */
    void require(String name) {
        known.add(name);
        if (body.get(name) == null) {
            wrong(name, "is missing");
        }
    }

    void wrong(String pointer, String what) {
        errors.add(new Problem.FieldError("#/" + pointer, what));
    }

    /** Throws all errors, unknown fields included. Call it after all fields were read. */
    void check() {
        for (String name : body.keySet()) {
            if (!known.contains(name)) {
                String pointer = name.length() > 100 ? name.substring(0, 100) : name;
                wrong(pointer.replace("~", "~0").replace("/", "~1"), "is not known: " + Suggestions.to(name, known));
            }
        }
        if (!errors.isEmpty()) {
            throw Problem.invalid(errors);
        }
    }

    private @Nullable Object value(String name) {
        known.add(name);
        return body.get(name);
    }
}
