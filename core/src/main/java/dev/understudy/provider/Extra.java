package dev.understudy.provider;

import java.util.LinkedHashMap;
import java.util.Map;

/** The caller's own fields in a body. */
final class Extra {

    private Extra() {}

    /** Theirs wins; where ours is an object as well, the two are joined. */
    static void put(Map<String, Object> body, String field, Object value) {
        if (value instanceof Map<?, ?> theirs && body.get(field) instanceof Map<?, ?> ours) {
            Map<Object, Object> both = new LinkedHashMap<>(ours);
            both.putAll(theirs);
            body.put(field, both);
        } else {
            body.put(field, value);
        }
    }
}
