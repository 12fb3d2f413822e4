package dev.understudy.ops.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Type of a secret, which must be given as an environment variable: documents are copied, mailed and committed.
 *
 * @param maker converts the value; throws if it is invalid, with a message that does not contain it
 */
record SecretType<T>(Function<String, T> maker) implements ValueType<T> {

    private static final Pattern REFERENCE = Pattern.compile("\\$\\{[^}]*}");

    @Override
    public @Nullable T read(ConfigNode node, ConfigErrors errors) {
        if (!(node instanceof ConfigNode.Text text)) {
            errors.add(node.path(), "is " + (node instanceof ConfigNode.Numeral ? "a number" : node.kind()), words());
            return null;
        }
        if (!REFERENCE.matcher(text.value()).matches()) {
            errors.secret(text.value());
            errors.add(node.path(), "a secret stands in the document itself", words());
            return null;
        }
        String value = errors.expanded(text);
        try {
            return value == null ? null : maker.apply(value);
        } catch (IllegalArgumentException e) {
            errors.add(node.path(), String.valueOf(e.getMessage()), "");
            return null;
        }
    }

    @Override
    public String words() {
        return "name an environment variable: ${NAME}";
    }

    @Override
    public Map<String, Object> schema() {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "string");
        schema.put("pattern", "^\\$\\{[A-Za-z_][A-Za-z0-9_]*}$");
        return schema;
    }

    /** Always throws: secrets are never written. */
    @Override
    public Object written(T value) {
        return "***";
    }
}
