package dev.understudy.ops.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A table of known keys, and what they make together.
 *
 * @param name of the kind, for schema and page
 * @param doc one line for people
 * @param configKeys in the order of the page
 * @param made what the values mean; may throw what constructors throw
 */
record ObjectType<T>(String name, String doc, List<ConfigKey<?>> configKeys, Function<ConfigValues, T> made)
        implements ValueType<T> {

    private static final Pattern ISO_DURATION = Pattern.compile("PT[0-9.]+[HMS][0-9.HMS]*");

    /** The same keys, with what they say instead of what it means. */
    ObjectType<ConfigValues> raw() {
        return new ObjectType<>(name, doc, configKeys, configValues -> configValues);
    }

    @Override
    public @Nullable T read(ConfigNode configNode, ConfigErrors found) {
        if (!(configNode instanceof ConfigNode.Table table)) {
            found.mistake(configNode.path(), "is " + configNode.kind(), words());
            return null;
        }
        boolean clean = allKnown(table, found);
        Map<ConfigKey<?>, Object> said = new HashMap<>();
        for (ConfigKey<?> configKey : configKeys) {
            ConfigNode field = table.fields().get(configKey.name());
            if (field != null) {
                Object value = configKey.valueType().read(field, found);
                clean &= value != null;
                if (value != null) {
                    said.put(configKey, value);
                }
            } else if (configKey.required()) {
                found.mistake(
                        ConfigNode.below(table.path(), configKey.name()),
                        "is missing",
                        configKey.valueType().words());
                clean = false;
            }
        }
        return clean ? made(new ConfigValues(said), table.path(), found) : null;
    }

    private boolean allKnown(ConfigNode.Table table, ConfigErrors found) {
        List<String> known = configKeys.stream().map(ConfigKey::name).toList();
        boolean clean = true;
        for (String field : table.fields().keySet()) {
            if (!known.contains(field)) {
                found.mistake(ConfigNode.below(table.path(), field), "is no key here", Suggestions.to(field, known));
                clean = false;
            }
        }
        return clean;
    }

    private @Nullable T made(ConfigValues configValues, String path, ConfigErrors found) {
        try {
            return made.apply(configValues);
        } catch (InvalidValueException e) {
            found.mistake(e.under(path), e.what(), e.right());
            return null;
        } catch (IllegalArgumentException e) {
            String message = Objects.requireNonNullElse(e.getMessage(), "cannot be");
            String first = message.split("[^A-Za-z]", 2)[0];
            boolean aKey =
                    configKeys.stream().anyMatch(configKey -> configKey.name().equals(first));
            found.mistake(aKey ? ConfigNode.below(path, first) : path, inOurWords(message), "");
            return null;
        }
    }

    /** Durations as they are written in documents. */
    private static String inOurWords(String message) {
        return ISO_DURATION.matcher(message).replaceAll(iso -> Durations.written(Duration.parse(iso.group())));
    }

    @Override
    public String words() {
        return "a table with the keys "
                + String.join(", ", configKeys.stream().map(ConfigKey::name).toList());
    }

    @Override
    public Map<String, Object> schema() {
        return Map.of("$ref", "#/$defs/" + name);
    }

    /** What {@link #schema()} refers to. */
    Map<String, Object> definition() {
        Map<String, Object> properties = new LinkedHashMap<>();
        for (ConfigKey<?> configKey : configKeys) {
            properties.put(configKey.name(), property(configKey));
        }
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "object");
        schema.put("description", doc);
        schema.put("properties", properties);
        List<String> needed = configKeys.stream()
                .filter(ConfigKey::required)
                .map(ConfigKey::name)
                .toList();
        if (!needed.isEmpty()) {
            schema.put("required", needed);
        }
        schema.put("additionalProperties", false);
        return schema;
    }

    private static <K> Map<String, Object> property(ConfigKey<K> configKey) {
        Map<String, Object> property = new LinkedHashMap<>(configKey.valueType().schema());
        property.put("description", configKey.doc());
        K fallback = configKey.fallback();
        if (fallback != null && !(configKey.valueType() instanceof ObjectType)) {
            property.put("default", configKey.valueType().written(fallback));
        }
        return property;
    }

    /** This section and those within, each once. */
    List<ObjectType<?>> all() {
        List<ObjectType<?>> all = new ArrayList<>(List.of(this));
        for (ConfigKey<?> configKey : configKeys) {
            for (ObjectType<?> within : sections(configKey.valueType())) {
                if (all.stream().noneMatch(other -> other.name().equals(within.name()))) {
                    all.add(within);
                }
            }
        }
        return all;
    }

    private static List<ObjectType<?>> sections(ValueType<?> valueType) {
        if (valueType instanceof ObjectType<?> objectType) {
            return objectType.all();
        }
        return valueType instanceof CollectionTypes<?, ?> collectionTypes
                ? sections(collectionTypes.each())
                : List.of();
    }

    /** A section has no text of its own. */
    @Override
    public Object written(T value) {
        return Map.of();
    }
}
