package dev.understudy.ops.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** The JSON Schema of configurations: shipped as a file, and made from the keys, so that a test can compare. */
public final class ConfigSchema {

    static final String RESOURCE = "/dev/understudy/ops/understudy.schema.json";

    private ConfigSchema() {}

    /** As it is shipped. */
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

    /** As the keys have it. */
    static Map<String, Object> made() {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.put("$id", "urn:dev.understudy:configuration");
        schema.put("title", "Understudy");
        schema.putAll(ConfigDocument.SECTION.definition());
        Map<String, Object> definitions = new LinkedHashMap<>();
        for (ObjectType<?> objectType : ConfigDocument.SECTION.all()) {
            if (objectType != ConfigDocument.SECTION) {
                definitions.put(objectType.name(), objectType.definition());
            }
        }
        schema.put("$defs", definitions);
        return schema;
    }
}
