package dev.understudy.spring.boot.autoconfigure;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.Environment;

/** Converts values of properties to those of a configuration, and moves secrets to placeholders, which no message shows. */
final class PropertyValues {

    private static final String FILE = "${file:";

    private final Environment environment;
    private final Map<String, String> variables = new LinkedHashMap<>();

    PropertyValues(Environment environment) {
        this.environment = environment;
    }

    /** Returns the values of placeholders. */
    Map<String, String> variables() {
        return variables;
    }

    /** Returns a placeholder of this secret. */
    String secret(String value) {
        String name = "property_" + variables.size();
        variables.put(name, value);
        return "${" + name + "}";
    }

    /** @param key form of the value; {@code null} if it is not known */
    Object value(@Nullable Key key, Object raw) {
        String text = resolved(raw.toString());
        if (key instanceof Key.Value value) {
            return single(value, text);
        }
        if (key instanceof Key.Items items) {
            return list(items, text);
        }
        // an empty table of YAML is a property with an empty text
        return key != null && text.isEmpty() ? new LinkedHashMap<String, Object>() : text;
    }

    private List<Object> list(Key.Items items, String text) {
        return text.isBlank()
                ? List.of()
                : Arrays.stream(text.split(","))
                        .map(item -> value(items.each(), item.strip()))
                        .toList();
    }

    private Object single(Key.Value value, String text) {
        boolean unresolved = text.contains("${");
        if (value.secret()) {
            return unresolved || text.isEmpty() ? text : secret(text);
        }
        return switch (value.type()) {
            case "java.lang.Boolean" -> text.matches("(?i)true|false") ? (Object) Boolean.valueOf(text) : text;
            case "java.lang.Integer", "java.lang.Double" -> number(text);
            case "java.time.Duration" -> duration(text);
            default -> text;
        };
    }

    private static Object number(String text) {
        try {
            return new BigDecimal(text.strip());
        } catch (NumberFormatException e) {
            return text;
        }
    }

    /** Durations in ISO 8601 are usual in properties; configurations write {@code 10s}. */
    private static Object duration(String text) {
        try {
            return text.startsWith("P") ? Duration.parse(text) : text;
        } catch (DateTimeParseException e) {
            return text;
        }
    }

    /**
     * Resolves the placeholders of Spring, and {@code ${NAME:-default}} of configuration files. A text with a placeholder that
     * has no value is returned as it is: the error of the configuration names it.
     */
    private String resolved(String text) {
        if (!text.contains("${") || text.contains(FILE)) {
            return text;
        }
        try {
            return environment.resolveRequiredPlaceholders(
                    text.replaceAll("\\$\\{([A-Za-z_][A-Za-z0-9_]*):-", "\\${$1:"));
        } catch (IllegalArgumentException e) {
            return text;
        }
    }
}
