package dev.understudy.provider.dialect;

import dev.understudy.chat.ChatRequest;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Builds ordered JSON objects, reads the extra fields of a request and merges them into its body. */
public final class ExtraFields {

    private ExtraFields() {}

    /** Returns an ordered map of alternating names and values. */
    public static Map<String, Object> fields(Object... namesAndValues) {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return fields;
    }

    /** Returns a value of the caller's extra fields of a dialect, at a path of names; {@code null} without it. */
    public static @Nullable Object of(ChatRequest request, String dialect, String... path) {
        if (request.extra().isEmpty()) {
            return null;
        }
        Object value = request.extra().get(dialect);
        for (String field : path) {
            value = value instanceof Map<?, ?> fields ? fields.get(field) : null;
        }
        return value;
    }

    /** Adds an extra field of the caller, which replaces a field of the same name; two objects are merged. */
    public static void put(Map<String, Object> body, String field, Object value) {
        join(body, field, value, field);
    }

    /**
     * Adds an extra field of the caller, which replaces a field of the same name; only objects named {@code joined}
     * are merged.
     */
    public static void join(Map<String, Object> body, String field, Object value, String joined) {
        if (field.equals(joined) && value instanceof Map<?, ?> extra && body.get(field) instanceof Map<?, ?> own) {
            Map<Object, Object> merged = new LinkedHashMap<>(own);
            merged.putAll(extra);
            body.put(field, merged);
        } else {
            body.put(field, value);
        }
    }
}
