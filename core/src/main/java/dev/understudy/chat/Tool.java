package dev.understudy.chat;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * A tool that the model may call.
 *
 * @param name 1 to 64 letters, digits, {@code _} and {@code -}, which every vendor accepts
 * @param description text for the model: when and how to use the tool
 * @param schema JSON schema of the arguments, as nested maps, lists, strings, numbers and booleans
 * @param strict {@code true} if the vendor must enforce the schema, which demands a schema without optional arguments at
 *     some vendors
 * @param cacheHint hint that the tools up to this one repeat
 */
public record Tool(
        String name, String description, Map<String, ?> schema, boolean strict, Message.CacheHint cacheHint) {

    /**
     * Checks and copies the values.
     *
     * @param name 1 to 64 letters
     * @param description text for the model
     * @param schema JSON schema of the arguments
     * @param strict {@code true} if the vendor must enforce the schema
     * @param cacheHint hint that the tools up to this one repeat
     * @throws IllegalArgumentException if the name is not accepted by every vendor
     */
    public Tool {
        Objects.requireNonNull(cacheHint, "cacheHint");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(description, "description");
        if (!name.matches("[a-zA-Z0-9_-]{1,64}")) {
            throw new IllegalArgumentException("Tool name '" + name
                    + "' is not accepted by every vendor: use 1 to 64 letters, digits, '_' or '-'");
        }
        schema = JsonObjects.copy(schema);
    }

    /**
     * Creates a tool whose schema need not be enforced, without a cache hint.
     *
     * @param name 1 to 64 letters, digits, {@code _} and {@code -}
     * @param description text for the model
     * @param schema JSON schema of the arguments
     * @throws IllegalArgumentException if the name is not accepted by every vendor
     */
    public Tool(String name, String description, Map<String, ?> schema) {
        this(name, description, schema, false, Message.CacheHint.NONE);
    }

    /**
     * Returns a copy whose schema must be enforced, or need not.
     *
     * @param strict {@code true} if the vendor must enforce the schema
     * @return a copy
     */
    public Tool withStrict(boolean strict) {
        return new Tool(name, description, schema, strict, cacheHint);
    }

    /**
     * Returns a copy with another cache hint.
     *
     * @param cacheHint the hint
     * @return a copy
     */
    public Tool withCacheHint(Message.CacheHint cacheHint) {
        return new Tool(name, description, schema, strict, cacheHint);
    }

    /**
     * Returns a tool whose schema is given as JSON.
     *
     * @param name 1 to 64 letters, digits, {@code _} and {@code -}
     * @param description text for the model
     * @param schemaJson JSON schema of the arguments, an object
     * @return the tool
     * @throws IllegalArgumentException if the name is not accepted by every vendor, or the schema is no JSON object
     */
    public static Tool ofJson(String name, String description, String schemaJson) {
        Map<String, Object> schema = new LinkedHashMap<>();
        JsonText.object(schemaJson).forEach(schema::put);
        return new Tool(name, description, schema);
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
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "object");
        schema.put("properties", Map.of());
        return new Tool(name, description, schema);
    }
}
