package dev.understudy.chat;

import java.util.Map;
import java.util.Objects;

/** Format of the answer's text. */
public sealed interface ResponseFormat {

    /** Free text. */
    record Text() implements ResponseFormat {}

    /** Any JSON object. */
    record Json() implements ResponseFormat {}

    /**
     * JSON that conforms to a schema.
     *
     * @param name short name of the schema
     * @param schema the schema, as nested maps, lists, strings, numbers and booleans
     * @param strict {@code true} if the vendor must enforce the schema
     */
    record JsonSchema(String name, Map<String, ?> schema, boolean strict) implements ResponseFormat {
        /**
         * Copies the collections.
         *
         * @param name short name of the schema
         * @param schema the schema
         * @param strict {@code true} if the vendor must enforce the schema
         */
        public JsonSchema {
            Objects.requireNonNull(name, "name");
            schema = JsonObjects.copy(schema);
        }
    }

    /**
     * Returns the default: free text.
     *
     * @return the format
     */
    static ResponseFormat text() {
        return new Text();
    }

    /**
     * Returns the format of any JSON object.
     *
     * @return the format
     */
    static ResponseFormat json() {
        return new Json();
    }

    /**
     * Returns the format of JSON that conforms to a schema, enforced by the vendor.
     *
     * @param name short name of the schema
     * @param schema the schema, as nested maps, lists, strings, numbers and booleans
     * @return the format
     */
    static ResponseFormat jsonSchema(String name, Map<String, ?> schema) {
        return new JsonSchema(name, schema, true);
    }
}
