package dev.understudy.provider.dialect;

import java.util.LinkedHashMap;
import java.util.Map;

/** Fields of a body: in the order they were given, and the caller's beside ours. */
public final class ExtraFields {

    private ExtraFields() {}

    /** Name, value, name, value. */
    public static Map<String, Object> fields(Object... namesAndValues) {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return fields;
    }

    /** Adds a field of the caller's, which wins; where ours is an object as well, the two are joined. */
    public static void put(Map<String, Object> body, String field, Object value) {
        join(body, field, value, field);
    }

    /** Adds a field of the caller's, which wins; only objects named {@code joined} are joined with ours. */
    public static void join(Map<String, Object> body, String field, Object value, String joined) {
        if (field.equals(joined) && value instanceof Map<?, ?> theirs && body.get(field) instanceof Map<?, ?> ours) {
            Map<Object, Object> both = new LinkedHashMap<>(ours);
            both.putAll(theirs);
            body.put(field, both);
        } else {
            body.put(field, value);
        }
    }
}
