package dev.understudy.ops.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Type of a single value. Texts may contain environment variables.
 *
 * @param form JSON type: "string", "integer", "number" or "boolean"
 * @param words description of valid values
 * @param shape further keywords of JSON Schema
 * @param reader parses the text; throws if it is invalid, with a message that is not shown
 * @param writer formats a value as in a document
 */
record ScalarType<T>(
        String form, String words, Map<String, Object> shape, Function<String, T> reader, Function<T, Object> writer)
        implements ValueType<T> {

    @Override
    public @Nullable T read(ConfigNode node, ConfigErrors errors) {
        String text = text(node, errors);
        if (text == null) {
            return null;
        }
        try {
            return reader.apply(text);
        } catch (InvalidValueException e) {
            errors.add(node.path(), e.problem(), e.expected());
            return null;
        } catch (IllegalArgumentException | ArithmeticException e) {
            String what = node instanceof ConfigNode.Text ? "cannot be read" : "is " + node.kind();
            errors.add(node.path(), what, words);
            return null;
        }
    }

    private @Nullable String text(ConfigNode node, ConfigErrors errors) {
        if (form.equals("string") && node instanceof ConfigNode.Text text) {
            return errors.expanded(text);
        }
        if (form.equals("boolean") && node instanceof ConfigNode.Truth truth) {
            return String.valueOf(truth.value());
        }
        if ((form.equals("integer") || form.equals("number")) && node instanceof ConfigNode.Numeral numeral) {
            return numeral.value();
        }
        errors.add(node.path(), "is " + node.kind(), words);
        return null;
    }

    @Override
    public Map<String, Object> schema() {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", form);
        schema.putAll(shape);
        return schema;
    }

    @Override
    public Object written(T value) {
        return writer.apply(value);
    }
}
