package dev.understudy.chat;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * A tool that the model may call.
 *
 * @param name letters, digits, {@code _} and {@code -}, at most 64: what every vendor accepts
 * @param description when and how to use it
 * @param schema JSON schema of the arguments, as nested maps, lists, strings, numbers and booleans
 */
public record Tool(String name, String description, Map<String, ?> schema) {

    public Tool {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(description, "description");
        if (!name.matches("[a-zA-Z0-9_-]{1,64}")) {
            throw new IllegalArgumentException("Tool name '" + name
                    + "' is not accepted by every vendor: use 1 to 64 letters, digits, '_' or '-'");
        }
        schema = Collections.unmodifiableMap(new LinkedHashMap<>(schema));
    }

    /** A tool without arguments. */
    public static Tool of(String name, String description) {
        return new Tool(name, description, Map.of("type", "object", "properties", Map.of()));
    }
}
