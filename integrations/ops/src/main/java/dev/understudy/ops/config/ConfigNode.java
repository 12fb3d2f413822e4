package dev.understudy.ops.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A node of a document, with its position. */
public sealed interface ConfigNode {

    String path();

    /** Returns the kind of node, for error messages. */
    String kind();

    record Text(String path, String value) implements ConfigNode {
        @Override
        public String kind() {
            return "a text";
        }

        /** Does not contain the value. */
        @Override
        public String toString() {
            return path + ": a text";
        }
    }

    record Numeral(String path, String value) implements ConfigNode {
        @Override
        public String kind() {
            return "the number " + (value.length() > 20 ? value.substring(0, 20) + "…" : value);
        }
    }

    record Truth(String path, boolean value) implements ConfigNode {
        @Override
        public String kind() {
            return String.valueOf(value);
        }
    }

    record Nothing(String path) implements ConfigNode {
        @Override
        public String kind() {
            return "empty";
        }
    }

    record Row(String path, List<ConfigNode> items) implements ConfigNode {
        @Override
        public String kind() {
            return "a list";
        }
    }

    record Table(String path, Map<String, ConfigNode> fields) implements ConfigNode {
        @Override
        public String kind() {
            return "a table of keys";
        }

        /** Returns the fields of this table, completed by those of the base, nested tables included. */
        Table over(Table base) {
            Map<String, ConfigNode> merged = new LinkedHashMap<>(base.fields);
            fields.forEach((name, own) -> {
                ConfigNode below = merged.get(name);
                merged.put(name, own instanceof Table mine && below instanceof Table theirs ? mine.over(theirs) : own);
            });
            return new Table(path, merged);
        }
    }

    /** Returns the path of a field. Names that look like API keys are masked. */
    static String below(String path, String name) {
        String shown = name.length() > 40 || name.startsWith("sk-") ? "***" : name;
        String step = shown.matches("[\\w*-]+") ? shown : "\"" + shown + "\"";
        return path.isEmpty() ? step : path + "." + step;
    }

    /** Returns the path of an item of a list. */
    static String below(String path, int index) {
        return path + "[" + index + "]";
    }
}
