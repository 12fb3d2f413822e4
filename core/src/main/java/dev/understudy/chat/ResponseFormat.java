package dev.understudy.chat;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** The form the answer's text must have. */
public sealed interface ResponseFormat {

    /** Free text. */
    record Text() implements ResponseFormat {}

    /** Some JSON object. */
    record Json() implements ResponseFormat {}

    /**
     * JSON that fits a schema.
     *
     * @param name a short name of the schema
     * @param schema as nested maps, lists, strings, numbers and booleans
     * @param strict whether the vendor must hold the answer to it
     */
    record JsonSchema(String name, Map<String, ?> schema, boolean strict) implements ResponseFormat {
        public JsonSchema {
            Objects.requireNonNull(name, "name");
            schema = Collections.unmodifiableMap(new LinkedHashMap<>(schema));
        }
    }

    static ResponseFormat text() {
        return new Text();
    }

    static ResponseFormat json() {
        return new Json();
    }

    static ResponseFormat jsonSchema(String name, Map<String, ?> schema) {
        return new JsonSchema(name, schema, true);
    }
}
