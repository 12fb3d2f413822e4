package dev.understudy.ops.config;

import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The value of a header field: one that is named like a secret takes it from the environment. */
record HeaderValueType() implements ValueType<String> {

    private static final Pattern SECRET_FIELD = Pattern.compile("(?i)auth|key|token|secret|cookie|password");

    @Override
    public @Nullable String read(ConfigNode configNode, ConfigErrors found) {
        String field = configNode.path().substring(configNode.path().lastIndexOf('.') + 1);
        boolean secret = SECRET_FIELD.matcher(field).find();
        if (secret
                && configNode instanceof ConfigNode.Text text
                && !text.value().contains("${")) {
            found.secret(text.value());
            found.mistake(
                    configNode.path(),
                    "a secret stands in the document itself",
                    "name an environment variable: ${NAME}");
            return null;
        }
        return ScalarTypes.TEXT.read(configNode, found);
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
