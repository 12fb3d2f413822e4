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
 * A table of known keys, converted to one value.
 *
 * @param name name of the type, for the schema and the documentation
 * @param doc description in one line
 * @param configKeys keys in the order of the documentation
 * @param factory converts the values; may throw as constructors do
 * @param combinations keywords of JSON Schema for combinations of keys that the factory refuses
 */
record ObjectType<T>(
        String name,
        String doc,
        List<ConfigKey<?>> configKeys,
        Function<ConfigValues, T> factory,
        Map<String, Object> combinations)
        implements ValueType<T> {

    private static final Pattern ISO_DURATION = Pattern.compile("PT[0-9.]+[HMS][0-9.HMS]*");

    ObjectType(String name, String doc, List<ConfigKey<?>> configKeys, Function<ConfigValues, T> factory) {
        this(name, doc, configKeys, factory, Map.of());
    }

    /** Returns a copy whose schema states which combinations of keys are invalid. */
    ObjectType<T> withCombinations(Map<String, Object> keywords) {
        return new ObjectType<>(name, doc, configKeys, factory, keywords);
    }

    /** Returns the type with the same keys whose result is the unconverted values. */
    ObjectType<ConfigValues> raw() {
        return new ObjectType<>(name, doc, configKeys, configValues -> configValues, combinations);
    }

    @Override
    public @Nullable T read(ConfigNode node, ConfigErrors errors) {
        if (!(node instanceof ConfigNode.Table table)) {
            errors.add(node.path(), "is " + node.kind(), words());
            return null;
        }
        boolean clean = allKnown(table, errors);
        Map<ConfigKey<?>, Object> values = new HashMap<>();
        for (ConfigKey<?> key : configKeys) {
            ConfigNode field = table.fields().get(key.name());
            if (field != null) {
                Object value = key.type().read(field, errors);
                clean &= value != null;
                if (value != null) {
                    values.put(key, value);
                }
            } else if (key.required()) {
                errors.add(
                        ConfigNode.below(table.path(), key.name()),
                        "is missing",
                        key.type().words());
                clean = false;
            }
        }
        return clean ? made(new ConfigValues(values), table.path(), errors) : null;
    }

    private boolean allKnown(ConfigNode.Table table, ConfigErrors errors) {
        List<String> known = configKeys.stream().map(ConfigKey::name).toList();
        boolean clean = true;
        for (String field : table.fields().keySet()) {
            if (!known.contains(field)) {
                errors.add(ConfigNode.below(table.path(), field), "is no key here", Suggestions.to(field, known));
                clean = false;
            }
        }
        return clean;
    }

    private @Nullable T made(ConfigValues configValues, String path, ConfigErrors errors) {
        try {
            return factory.apply(configValues);
        } catch (InvalidValueException e) {
            errors.add(e.under(path), e.problem(), e.expected());
            return null;
        } catch (IllegalArgumentException e) {
            String message = Objects.requireNonNullElse(e.getMessage(), "cannot be");
            String first = message.split("[^A-Za-z]", 2)[0];
            boolean aKey = configKeys.stream().anyMatch(key -> key.name().equals(first));
            errors.add(aKey ? ConfigNode.below(path, first) : path, inConfigSyntax(message), "");
            return null;
        }
    }

    /** Formats ISO durations as documents do. */
    private static String inConfigSyntax(String message) {
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

    /** Returns the definition that {@link #schema()} refers to. */
    Map<String, Object> definition() {
        Map<String, Object> properties = new LinkedHashMap<>();
        for (ConfigKey<?> key : configKeys) {
            properties.put(key.name(), property(key));
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
        schema.putAll(combinations);
        return schema;
    }

    private static <K> Map<String, Object> property(ConfigKey<K> key) {
        Map<String, Object> property = new LinkedHashMap<>(key.type().schema());
        property.put("description", key.doc());
        K fallback = key.fallback();
        if (fallback != null && !(key.type() instanceof ObjectType)) {
            property.put("default", key.type().written(fallback));
        }
        return property;
    }

    /** Lists this type and the nested ones, each once. */
    List<ObjectType<?>> all() {
        List<ObjectType<?>> all = new ArrayList<>(List.of(this));
        for (ConfigKey<?> key : configKeys) {
            for (ObjectType<?> within : sections(key.type())) {
                if (all.stream().noneMatch(other -> other.name().equals(within.name()))) {
                    all.add(within);
                }
            }
        }
        return all;
    }

    private static List<ObjectType<?>> sections(ValueType<?> type) {
        if (type instanceof ObjectType<?> section) {
            return section.all();
        }
        return type instanceof CollectionTypes<?, ?> collectionTypes ? sections(collectionTypes.each()) : List.of();
    }

    /** Returns an empty object: defaults of a section are those of its keys. */
    @Override
    public Object written(T value) {
        return Map.of();
    }
}
