package dev.understudy.ops.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;

/**
 * Type of a secret, which must be given as an environment variable or a file: documents are copied, mailed and committed.
 *
 * @param maker converts the value; throws if it is invalid, with a message that does not contain it
 */
record SecretType<T>(Function<String, T> maker) implements ValueType<T> {

    @Override
    public @Nullable T read(ConfigNode node, ConfigErrors errors) {
        if (!(node instanceof ConfigNode.Text text)) {
            errors.add(node.path(), "is " + (node instanceof ConfigNode.Numeral ? "a number" : node.kind()), words());
            return null;
        }
        if (isInDocument(text.value(), errors)) {
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

    /** Returns true if the text is no single placeholder, or one with the secret as its default. */
    private static boolean isInDocument(String text, ConfigErrors errors) {
        Matcher reference = Placeholder.PATTERN.matcher(text);
        if (!reference.matches()) {
            errors.secret(text);
            return true;
        }
        Placeholder placeholder = Placeholder.parse(reference.group(1));
        String fallback = placeholder == null ? null : placeholder.fallback();
        if (fallback != null) {
            errors.secret(fallback);
        }
        return fallback != null;
    }

    @Override
    public String words() {
        return "name an environment variable or a file: ${NAME} or ${file:/path}";
    }

    @Override
    public Map<String, Object> schema() {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "string");
        schema.put("pattern", "^\\$\\{([A-Za-z_][A-Za-z0-9_]*|file:/[^}]+)\\}$");
        return schema;
    }

    /** Always throws: secrets are never written. */
    @Override
    public Object written(T value) {
        return "***";
    }
}
