package dev.understudy.ops.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Collections of one element type: a list, or a table whose keys are chosen by the user. */
sealed interface CollectionTypes<E, T> extends ValueType<T> {

    /** Names that fit into logs, metrics and URLs. */
    Pattern LABEL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    ValueType<E> each();

    /** A list of distinct values. */
    static <E> ValueType<List<E>> list(ValueType<E> each) {
        return new Listed<>(each);
    }

    /** A table whose keys are chosen by the user, in the order of the document. */
    static <E> ValueType<Map<String, E>> named(ValueType<E> each) {
        return new Named<>(each, Pattern.compile("\\S.*"), "a name");
    }

    /** A table whose keys fit into logs, metrics and URLs. */
    static <E> ValueType<Map<String, E>> labelled(ValueType<E> each) {
        return new Named<>(each, LABEL, "up to 64 letters, digits, '.', '_' and '-'");
    }

    record Listed<E>(ValueType<E> each) implements CollectionTypes<E, List<E>> {

        @Override
        public @Nullable List<E> read(ConfigNode node, ConfigErrors errors) {
            if (!(node instanceof ConfigNode.Row row)) {
                errors.add(node.path(), "is " + node.kind(), words());
                return null;
            }
            List<E> items = new ArrayList<>();
            for (ConfigNode item : row.items()) {
                E value = each.read(item, errors);
                if (value != null && items.contains(value)) {
                    errors.add(item.path(), "stands in the list twice", "name it once");
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
        public @Nullable Map<String, E> read(ConfigNode node, ConfigErrors errors) {
            if (!(node instanceof ConfigNode.Table table)) {
                errors.add(node.path(), "is " + node.kind(), words());
                return null;
            }
            Map<String, E> values = new LinkedHashMap<>();
            for (Map.Entry<String, ConfigNode> field : table.fields().entrySet()) {
                if (!name.matcher(field.getKey()).matches()) {
                    errors.add(field.getValue().path(), "cannot be called so", rule);
                    continue;
                }
                E value = each.read(field.getValue(), errors);
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
