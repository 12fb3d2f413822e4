package dev.understudy.ops;

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
 * @param keys in the order of the page
 * @param made what the values mean; may throw what constructors throw
 */
record Section<T>(String name, String doc, List<Key<?>> keys, Function<Values, T> made) implements Type<T> {

    private static final Pattern ISO_DURATION = Pattern.compile("PT[0-9.]+[HMS][0-9.HMS]*");

    /** The same keys, with what they say instead of what it means. */
    Section<Values> raw() {
        return new Section<>(name, doc, keys, values -> values);
    }

    @Override
    public @Nullable T read(Node node, Findings found) {
        if (!(node instanceof Node.Table table)) {
            found.mistake(node.path(), "is " + node.kind(), words());
            return null;
        }
        boolean clean = allKnown(table, found);
        Map<Key<?>, Object> said = new HashMap<>();
        for (Key<?> key : keys) {
            Node field = table.fields().get(key.name());
            if (field != null) {
                Object value = key.type().read(field, found);
                clean &= value != null;
                if (value != null) {
                    said.put(key, value);
                }
            } else if (key.required()) {
                found.mistake(
                        Node.below(table.path(), key.name()),
                        "is missing",
                        key.type().words());
                clean = false;
            }
        }
        return clean ? made(new Values(said), table.path(), found) : null;
    }

    private boolean allKnown(Node.Table table, Findings found) {
        List<String> known = keys.stream().map(Key::name).toList();
        boolean clean = true;
        for (String field : table.fields().keySet()) {
            if (!known.contains(field)) {
                found.mistake(Node.below(table.path(), field), "is no key here", Nearest.to(field, known));
                clean = false;
            }
        }
        return clean;
    }

    private @Nullable T made(Values values, String path, Findings found) {
        try {
            return made.apply(values);
        } catch (Wrong e) {
            found.mistake(e.under(path), e.what(), e.right());
            return null;
        } catch (IllegalArgumentException e) {
            String message = Objects.requireNonNullElse(e.getMessage(), "cannot be");
            String first = message.split("[^A-Za-z]", 2)[0];
            boolean aKey = keys.stream().anyMatch(key -> key.name().equals(first));
            found.mistake(aKey ? Node.below(path, first) : path, inOurWords(message), "");
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
                + String.join(", ", keys.stream().map(Key::name).toList());
    }

    @Override
    public Map<String, Object> schema() {
        return Map.of("$ref", "#/$defs/" + name);
    }

    /** What {@link #schema()} refers to. */
    Map<String, Object> definition() {
        Map<String, Object> properties = new LinkedHashMap<>();
        for (Key<?> key : keys) {
            properties.put(key.name(), property(key));
        }
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "object");
        schema.put("description", doc);
        schema.put("properties", properties);
        List<String> needed = keys.stream().filter(Key::required).map(Key::name).toList();
        if (!needed.isEmpty()) {
            schema.put("required", needed);
        }
        schema.put("additionalProperties", false);
        return schema;
    }

    private static <K> Map<String, Object> property(Key<K> key) {
        Map<String, Object> property = new LinkedHashMap<>(key.type().schema());
        property.put("description", key.doc());
        K fallback = key.fallback();
        if (fallback != null && !(key.type() instanceof Section)) {
            property.put("default", key.type().written(fallback));
        }
        return property;
    }

    /** This section and those within, each once. */
    List<Section<?>> all() {
        List<Section<?>> all = new ArrayList<>(List.of(this));
        for (Key<?> key : keys) {
            for (Section<?> within : sections(key.type())) {
                if (all.stream().noneMatch(other -> other.name().equals(within.name()))) {
                    all.add(within);
                }
            }
        }
        return all;
    }

    private static List<Section<?>> sections(Type<?> type) {
        if (type instanceof Section<?> section) {
            return section.all();
        }
        return type instanceof Many<?, ?> many ? sections(many.each()) : List.of();
    }

    /** A section has no text of its own. */
    @Override
    public Object written(T value) {
        return Map.of();
    }
}
