package dev.understudy.ops;

import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The value of a header field: one that is named like a secret takes it from the environment. */
record HeaderValue() implements Type<String> {

    private static final Pattern SECRET_FIELD = Pattern.compile("(?i)auth|key|token|secret|cookie|password");

    @Override
    public @Nullable String read(Node node, Findings found) {
        String field = node.path().substring(node.path().lastIndexOf('.') + 1);
        boolean secret = SECRET_FIELD.matcher(field).find();
        if (secret && node instanceof Node.Text text && !text.value().contains("${")) {
            found.secret(text.value());
            found.mistake(
                    node.path(), "a secret stands in the document itself", "name an environment variable: ${NAME}");
            return null;
        }
        return Scalars.TEXT.read(node, found);
    }

    @Override
    public String words() {
        return "a text; secrets as ${NAME} of an environment variable";
    }

    @Override
    public Map<String, Object> schema() {
        return Scalars.TEXT.schema();
    }

    @Override
    public Object written(String value) {
        return value;
    }
}
