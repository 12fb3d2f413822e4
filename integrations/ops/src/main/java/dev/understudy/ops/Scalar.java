package dev.understudy.ops;

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
record Scalar<T>(
        String form, String words, Map<String, Object> shape, Function<String, T> reader, Function<T, Object> writer)
        implements Type<T> {

    @Override
    public @Nullable T read(Node node, Findings found) {
        String text = text(node, found);
        if (text == null) {
            return null;
        }
        try {
            return reader.apply(text);
        } catch (Wrong e) {
            found.mistake(node.path(), e.what(), e.right());
            return null;
        } catch (IllegalArgumentException | ArithmeticException e) {
            String what = node instanceof Node.Text ? "cannot be read" : "is " + node.kind();
            found.mistake(node.path(), what, words);
            return null;
        }
    }

    private @Nullable String text(Node node, Findings found) {
        if (form.equals("string") && node instanceof Node.Text text) {
            return found.expanded(text);
        }
        if (form.equals("boolean") && node instanceof Node.Truth truth) {
            return String.valueOf(truth.value());
        }
        if ((form.equals("integer") || form.equals("number")) && node instanceof Node.Numeral numeral) {
            return numeral.value();
        }
        found.mistake(node.path(), "is " + node.kind(), words);
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
