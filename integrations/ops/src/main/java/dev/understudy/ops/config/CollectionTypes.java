package dev.understudy.ops.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Many of the same type: a list, or a table whose keys are names of yours. */
sealed interface CollectionTypes<E, T> extends ValueType<T> {

    ValueType<E> each();

    /** A list of different values. */
    static <E> ValueType<List<E>> list(ValueType<E> each) {
        return new Listed<>(each);
    }

    /** A table whose keys are names of yours, in the order of the document. */
    static <E> ValueType<Map<String, E>> named(ValueType<E> each) {
        return new Named<>(each, Pattern.compile("\\S.*"), "a name");
    }

    /** The same, with names that fit into logs, metrics and URLs. */
    static <E> ValueType<Map<String, E>> labelled(ValueType<E> each) {
        return new Named<>(
                each, Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}"), "up to 64 letters, digits, '.', '_' and '-'");
    }

    record Listed<E>(ValueType<E> each) implements CollectionTypes<E, List<E>> {

        @Override
        public @Nullable List<E> read(ConfigNode configNode, ConfigErrors found) {
            if (!(configNode instanceof ConfigNode.Row row)) {
                found.mistake(configNode.path(), "is " + configNode.kind(), words());
                return null;
            }
            List<E> items = new ArrayList<>();
            for (ConfigNode item : row.items()) {
                E value = each.read(item, found);
                if (value != null && items.contains(value)) {
                    found.mistake(item.path(), "stands in the list twice", "name it once");
                } else if (value != null) {
                    items.add(value);
                }
            }
            return items.size() == row.items().size() ? List.copyOf(items) : null;
        }

        @Override
        public String words() {
            return "a list, each item " + each.words();
        }

        @Override
        public Map<String, Object> schema() {
            Map<String, Object> schema = new LinkedHashMap<>();
            schema.put("type", "array");
            schema.put("items", each.schema());
            schema.put("uniqueItems", true);
            return schema;
        }

        @Override
        public Object written(List<E> value) {
            return value.stream().map(each::written).toList();
        }
    }

    record Named<E>(ValueType<E> each, Pattern name, String rule) implements CollectionTypes<E, Map<String, E>> {

        @Override
        public @Nullable Map<String, E> read(ConfigNode configNode, ConfigErrors found) {
            if (!(configNode instanceof ConfigNode.Table table)) {
                found.mistake(configNode.path(), "is " + configNode.kind(), words());
                return null;
            }
            Map<String, E> values = new LinkedHashMap<>();
            for (Map.Entry<String, ConfigNode> field : table.fields().entrySet()) {
                if (!name.matcher(field.getKey()).matches()) {
                    found.mistake(field.getValue().path(), "cannot be called so", rule);
                    continue;
                }
                E value = each.read(field.getValue(), found);
                if (value != null) {
                    values.put(field.getKey(), value);
                }
            }
            return values.size() == table.fields().size() ? Collections.unmodifiableMap(values) : null;
        }

        @Override
        public String words() {
            return "a table: for each name " + (each instanceof ObjectType ? "what belongs to it" : each.words());
        }

        @Override
        public Map<String, Object> schema() {
            Map<String, Object> schema = new LinkedHashMap<>();
            schema.put("type", "object");
            schema.put("propertyNames", Map.of("pattern", "^" + name.pattern() + "$"));
            schema.put("additionalProperties", each.schema());
            return schema;
        }

        @Override
        public Object written(Map<String, E> value) {
            Map<String, Object> written = new LinkedHashMap<>();
            value.forEach((label, one) -> written.put(label, each.written(one)));
            return written;
        }
    }
}
