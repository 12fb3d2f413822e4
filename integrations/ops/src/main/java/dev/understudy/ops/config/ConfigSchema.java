package dev.understudy.ops.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** The JSON Schema of configurations: a resource, and the generated form that a test compares with it. */
public final class ConfigSchema {

    static final String RESOURCE = "/dev/understudy/ops/understudy.schema.json";

    private ConfigSchema() {}

    /** Reads the resource. */
    public static String text() {
        try (InputStream in = ConfigSchema.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("The jar lacks " + RESOURCE);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Generates the schema from the keys. */
    static Map<String, Object> generated() {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.put("$id", "https://understudy.dev/understudy.schema.json");
        schema.put("title", "Understudy");
        schema.putAll(ConfigDocument.SECTION.definition());
        Map<String, Object> definitions = new LinkedHashMap<>();
        for (ObjectType<?> type : ConfigDocument.SECTION.all()) {
            if (!type.equals(ConfigDocument.SECTION)) {
                definitions.put(type.name(), type.definition());
            }
        }
        schema.put("$defs", definitions);
        return schema;
    }
}
