package dev.understudy.chat;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * A tool that the model may call.
 *
 * @param name 1 to 64 letters, digits, {@code _} and {@code -}, which every vendor accepts
 * @param description text for the model: when and how to use the tool
 * @param schema JSON schema of the arguments, as nested maps, lists, strings, numbers and booleans
 */
public record Tool(String name, String description, Map<String, ?> schema) {

    /**
     * Checks and copies the values.
     *
     * @param name 1 to 64 letters
     * @param description text for the model
     * @param schema JSON schema of the arguments
     * @throws IllegalArgumentException if the name is not accepted by every vendor
     */
    public Tool {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(description, "description");
        if (!name.matches("[a-zA-Z0-9_-]{1,64}")) {
            throw new IllegalArgumentException("Tool name '" + name
                    + "' is not accepted by every vendor: use 1 to 64 letters, digits, '_' or '-'");
        }
        schema = Collections.unmodifiableMap(new LinkedHashMap<>(schema));
    }

    /**
     * Returns a tool without arguments.
     *
     * @param name 1 to 64 letters, digits, {@code _} and {@code -}
     * @param description text for the model
     * @return the tool
     * @throws IllegalArgumentException if the name is not accepted by every vendor
     */
    public static Tool of(String name, String description) {
        return new Tool(name, description, Map.of("type", "object", "properties", Map.of()));
    }
}
