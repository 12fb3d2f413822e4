package dev.understudy.ops.config;

import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Type of the value of a header field. A header that is named like a secret must take its value from the environment.
 */
record HeaderValueType() implements ValueType<String> {

    private static final Pattern SECRET_FIELD = Pattern.compile("(?i)auth|key|token|secret|cookie|password");

    @Override
    public @Nullable String read(ConfigNode node, ConfigErrors errors) {
        String field = node.path().substring(node.path().lastIndexOf('.') + 1);
        boolean secret = SECRET_FIELD.matcher(field).find();
        if (secret && node instanceof ConfigNode.Text text && isInDocument(text.value())) {
            errors.secret(text.value());
            errors.add(node.path(), "a secret stands in the document itself", "name an environment variable: ${NAME}");
            return null;
        }
        return ScalarTypes.TEXT.read(node, errors);
    }

    private static boolean isInDocument(String text) {
        return !text.contains("${") || Placeholder.hasDefault(text);
    }

    @Override
    public String words() {
        return "a text; secrets as ${NAME} of an environment variable";
    }

    @Override
    public Map<String, Object> schema() {
        return ScalarTypes.TEXT.schema();
    }

    @Override
    public Object written(String value) {
        return value;
    }
}
