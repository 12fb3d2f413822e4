package dev.understudy.ops.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Converts maps and lists to nodes, as if they were read from a document. */
final class ConfigTree {

    private final ConfigErrors errors;

    private ConfigTree(ConfigErrors errors) {
        this.errors = errors;
    }

    static ConfigNode read(Map<String, ?> tree, ConfigErrors errors) {
        return new ConfigTree(errors).node("", tree, 1);
    }

    private ConfigNode node(String path, @Nullable Object value, int depth) {
        if (depth > ConfigParser.MAX_DEPTH) {
            errors.add("", "is nested too deep", "at most " + ConfigParser.MAX_DEPTH + " levels");
            return new ConfigNode.Nothing(path);
        }
        if (value instanceof Map<?, ?> map) {
            return table(path, map, depth);
        }
        if (value instanceof Iterable<?> items) {
            return row(path, items, depth);
        }
        if (value instanceof Boolean truth) {
            return new ConfigNode.Truth(path, truth);
        }
        if (value instanceof Number number) {
            return new ConfigNode.Numeral(path, number.toString());
        }
        String text = text(path, value);
        if (ConfigParser.hasLoneSurrogate(text)) {
            errors.add(path, "contains " + ConfigParser.LONE_SURROGATE, ConfigParser.WHOLE_CHARACTER);
        }
        return text.isEmpty() ? new ConfigNode.Nothing(path) : new ConfigNode.Text(path, text);
    }

    private String text(String path, @Nullable Object value) {
        if (value == null) {
            return "";
        }
        if (value instanceof CharSequence || value instanceof URI || value instanceof Path) {
            return value.toString();
        }
        if (value instanceof Enum<?> constant) {
            return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
        if (value instanceof Duration duration) {
            return Durations.written(duration);
        }
        errors.add(path, "is of " + value.getClass(), "a map, a list, a text, a number, a boolean or a Duration");
        return "";
    }

    private ConfigNode.Table table(String path, Map<?, ?> map, int depth) {
        Map<String, ConfigNode> fields = new LinkedHashMap<>();
        map.forEach((name, value) -> {
            String key = String.valueOf(name);
            if (ConfigParser.hasLoneSurrogate(key)) {
                errors.add(path, "has a name with " + ConfigParser.LONE_SURROGATE, ConfigParser.WHOLE_CHARACTER);
                key = "?";
            }
            fields.put(key, node(ConfigNode.below(path, key), value, depth + 1));
        });
        return new ConfigNode.Table(path, fields);
    }

    private ConfigNode.Row row(String path, Iterable<?> values, int depth) {
        List<ConfigNode> items = new ArrayList<>();
        for (Object value : values) {
            items.add(node(ConfigNode.below(path, items.size()), value, depth + 1));
        }
        return new ConfigNode.Row(path, items);
    }
}
