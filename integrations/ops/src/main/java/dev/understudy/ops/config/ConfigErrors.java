package dev.understudy.ops.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Collects errors while a document is read, and resolves environment variables. */
public final class ConfigErrors {

    private static final Pattern REFERENCE = Pattern.compile("\\$\\{([^}]*)}");
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    /** Pattern of usual variable names. A reference of another form may contain a secret instead of a name. */
    private static final Pattern USUAL_NAME = Pattern.compile("(?!AKIA|ASIA)[A-Z][A-Z0-9_]{0,63}");

    /** Shorter values are not redacted, because they occur in many words. */
    private static final int MIN_SECRET_LENGTH = 4;

    private final Map<String, String> environment;
    /** Errors by path. The first error at a path wins, because it usually causes later ones. */
    private final Map<String, ConfigError> errors = new LinkedHashMap<>();

    private final Set<String> secrets = new LinkedHashSet<>();

    public ConfigErrors(Map<String, String> environment) {
        this.environment = environment;
    }

    public void add(String path, String what, String right) {
        errors.putIfAbsent(path, new ConfigError(path, what, right));
    }

    /** Marks a value that no error may contain. */
    void secret(String value) {
        secrets.add(value);
    }

    /**
     * Returns the text with {@code ${NAME}} replaced by the values of the environment; {@code null}, with an error
     * added, if a variable is missing.
     */
    @Nullable
    String expanded(ConfigNode.Text text) {
        String raw = text.value();
        Matcher reference = REFERENCE.matcher(raw);
        StringBuilder expanded = new StringBuilder();
        boolean complete = true;
        while (reference.find()) {
            String value = variable(reference.group(1), text.path());
            complete &= value != null;
            reference.appendReplacement(expanded, Matcher.quoteReplacement(value == null ? "" : value));
        }
        String rest = reference.appendTail(new StringBuilder()).toString();
        if (rest.contains("${")) {
            add(text.path(), "has a ${ without its }", "write ${NAME}");
            return null;
        }
        return complete ? reference.appendTail(expanded).toString() : null;
    }

    private @Nullable String variable(String name, String path) {
        if (!NAME.matcher(name).matches()) {
            add(path, "names no environment variable between ${ and }", "write ${NAME}, of letters, digits and _");
            return null;
        }
        String value = environment.get(name);
        if (value == null || value.isBlank()) {
            String shown =
                    USUAL_NAME.matcher(name).matches() ? "the environment variable " + name : "an environment variable";
            add(path, shown + (value == null ? " is not set" : " is empty"), "set it");
            return null;
        }
        secret(value);
        return value;
    }

    public boolean isClean() {
        return errors.isEmpty();
    }

    /** Returns the errors with secrets replaced, the longest first. */
    public List<ConfigError> errors() {
        List<String> hidden = secrets.stream()
                .filter(value -> value.length() >= MIN_SECRET_LENGTH)
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList();
        List<ConfigError> redacted = new ArrayList<>();
        for (ConfigError error : errors.values()) {
            redacted.add(new ConfigError(
                    without(hidden, error.path()),
                    without(hidden, error.problem()),
                    without(hidden, error.expected())));
        }
        return redacted;
    }

    private static String without(Collection<String> hidden, String text) {
        String safe = text;
        for (String secret : hidden) {
            safe = safe.replace(secret, "***");
        }
        return safe;
    }
}
