package dev.understudy.ops.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One value without parts. Texts may name environment variables.
 *
 * @param form what it is in JSON: "string", "integer", "number" or "boolean"
 * @param words what would be right
 * @param shape what JSON Schema says besides the form
 * @param reader the value of a text; throws when it is none. Its message is not shown
 * @param writer as it is written in a document
 */
record ScalarType<T>(
        String form, String words, Map<String, Object> shape, Function<String, T> reader, Function<T, Object> writer)
        implements ValueType<T> {

    @Override
    public @Nullable T read(ConfigNode configNode, ConfigErrors found) {
        String text = text(configNode, found);
        if (text == null) {
            return null;
        }
        try {
            return reader.apply(text);
        } catch (InvalidValueException e) {
            found.mistake(configNode.path(), e.what(), e.right());
            return null;
        } catch (IllegalArgumentException | ArithmeticException e) {
            String what = configNode instanceof ConfigNode.Text ? "cannot be read" : "is " + configNode.kind();
            found.mistake(configNode.path(), what, words);
            return null;
        }
    }

    private @Nullable String text(ConfigNode configNode, ConfigErrors found) {
        if (form.equals("string") && configNode instanceof ConfigNode.Text text) {
            return found.expanded(text);
        }
        if (form.equals("boolean") && configNode instanceof ConfigNode.Truth truth) {
            return String.valueOf(truth.value());
        }
        if ((form.equals("integer") || form.equals("number")) && configNode instanceof ConfigNode.Numeral numeral) {
            return numeral.value();
        }
        found.mistake(configNode.path(), "is " + configNode.kind(), words);
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
