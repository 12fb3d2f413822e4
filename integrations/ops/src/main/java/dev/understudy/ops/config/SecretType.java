package dev.understudy.ops.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A secret: never in the document itself, which is copied, mailed and committed, but named there as a variable of the
 * environment.
 *
 * @param maker throws if it cannot be one, in words that hold nothing of it
 */
record SecretType<T>(Function<String, T> maker) implements ValueType<T> {

    private static final Pattern REFERENCE = Pattern.compile("\\$\\{[^}]*}");

    @Override
    public @Nullable T read(ConfigNode configNode, ConfigErrors found) {
        if (!(configNode instanceof ConfigNode.Text text)) {
            found.mistake(
                    configNode.path(),
                    "is " + (configNode instanceof ConfigNode.Numeral ? "a number" : configNode.kind()),
                    words());
            return null;
        }
        if (!REFERENCE.matcher(text.value()).matches()) {
            found.secret(text.value());
            found.mistake(configNode.path(), "a secret stands in the document itself", words());
            return null;
        }
        String value = found.expanded(text);
        try {
            return value == null ? null : maker.apply(value);
        } catch (IllegalArgumentException e) {
            found.mistake(configNode.path(), String.valueOf(e.getMessage()), "");
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

    /** It is not. */
    @Override
    public Object written(T value) {
        return "***";
    }
}
