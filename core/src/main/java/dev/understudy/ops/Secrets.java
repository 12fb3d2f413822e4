package dev.understudy.ops;

import dev.understudy.provider.Secret;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A secret: never in the document itself, which is copied, mailed and committed, but named there as a variable of the
 * environment.
 */
record Secrets() implements Type<Secret> {

    private static final Pattern REFERENCE = Pattern.compile("\\$\\{[^}]*}");

    @Override
    public @Nullable Secret read(Node node, Findings found) {
        if (!(node instanceof Node.Text text)) {
            found.mistake(node.path(), "is " + (node instanceof Node.Numeral ? "a number" : node.kind()), words());
            return null;
        }
        if (!REFERENCE.matcher(text.value()).matches()) {
            found.secret(text.value());
            found.mistake(node.path(), "a secret stands in the document itself", words());
            return null;
        }
        String value = found.expanded(text);
        try {
            return value == null ? null : Secret.of(value);
        } catch (IllegalArgumentException e) { // the message tells nothing of it
            found.mistake(node.path(), String.valueOf(e.getMessage()), "");
            return null;
        }
    }

    @Override
    public String words() {
        return "the name of an environment variable: ${NAME}";
    }

    @Override
    public Map<String, Object> schema() {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "string");
        schema.put("pattern", "^\\$\\{[A-Za-z_][A-Za-z0-9_]*}$");
        return schema;
    }

    @Override
    public Object written(Secret value) {
        return value.toString();
    }
}
