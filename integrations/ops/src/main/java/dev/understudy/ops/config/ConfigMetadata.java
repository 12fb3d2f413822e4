package dev.understudy.ops.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The keys of configurations as a flat list, for tools that do not read JSON Schema: a resource, and the generated form
 * that a test compares with it. Names are in kebab-case, keys as documents write them, {@code *} stands for a name that the user chooses, and types are
 * those of Java, as in the configuration metadata of Spring Boot.
 */
final class ConfigMetadata {

    static final String RESOURCE = "/dev/understudy/ops/understudy.keys.json";

    private ConfigMetadata() {}

    /** Generates the list from the keys. */
    static Map<String, Object> generated() {
        List<Map<String, Object>> properties = new ArrayList<>();
        add(ConfigDocument.SECTION, "", "", properties);
        return Map.of("properties", properties);
    }

    private static void add(ObjectType<?> section, String prefix, String place, List<Map<String, Object>> properties) {
        for (ConfigKey<?> key : section.configKeys()) {
            String name = prefix + kebab(key.name());
            String path = place + key.name();
            ValueType<?> type = key.type();
            if (type instanceof ObjectType<?> nested) {
                add(nested, name + ".", path + ".", properties);
            } else if (type instanceof CollectionTypes.Named<?> named && named.each() instanceof ObjectType<?> nested) {
                add(nested, name + ".*.", path + ".*.", properties);
            } else if (type instanceof CollectionTypes.Listed<?> listed
                    && listed.each() instanceof ObjectType<?> nested) {
                add(nested, name + "[].", path + "[].", properties);
            } else {
                properties.add(property(name, path, key));
            }
        }
    }

    private static <T> Map<String, Object> property(String name, String path, ConfigKey<T> key) {
        Map<String, Object> property = new LinkedHashMap<>();
        property.put("name", name);
        property.put("key", path);
        property.put("type", type(key.type()));
        property.put("description", key.doc());
        T fallback = key.fallback();
        if (fallback != null) {
            property.put("defaultValue", key.type().written(fallback));
        }
        if (key.required()) {
            property.put("required", true);
        }
        if (mayBeSecret(key.type())) {
            property.put("secret", true);
        }
        if (key.type().schema().get("enum") instanceof List<?> values) {
            property.put("values", values);
        }
        return property;
    }

    /** Returns true if values may have to be placeholders; a header may, by its name. */
    private static boolean mayBeSecret(ValueType<?> type) {
        return type instanceof SecretType<?>
                || type instanceof HeaderValueType
                || (type instanceof CollectionTypes<?, ?> collection && mayBeSecret(collection.each()));
    }

    private static String type(ValueType<?> type) {
        if (type instanceof CollectionTypes.Listed<?> listed) {
            return "java.util.List<" + type(listed.each()) + ">";
        }
        if (type instanceof CollectionTypes.Named<?> named) {
            return "java.util.Map<java.lang.String," + type(named.each()) + ">";
        }
        Map<String, Object> schema = type.schema();
        if (Durations.PATTERN.equals(schema.get("pattern"))) {
            return "java.time.Duration";
        }
        if ("uri".equals(schema.get("format"))) {
            return "java.net.URI";
        }
        return switch (String.valueOf(schema.get("type"))) {
            case "boolean" -> "java.lang.Boolean";
            case "integer" -> "java.lang.Integer";
            case "number" -> "java.lang.Double";
            default -> "java.lang.String";
        };
    }

    /** Converts {@code baseUrl} to {@code base-url}. */
    private static String kebab(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
    }
}
