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
import org.jspecify.annotations.Nullable;

/** Collects errors while a document is read, and replaces placeholders. */
public final class ConfigErrors {

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

    /** Returns the text with its placeholders replaced; {@code null}, with an error added, if one has no value. */
    @Nullable
    String expanded(ConfigNode.Text text) {
        Matcher reference = Placeholder.PATTERN.matcher(text.value());
        StringBuilder expanded = new StringBuilder();
        boolean complete = true;
        while (reference.find()) {
            String value = value(reference.group(1), text.path());
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

    private @Nullable String value(String reference, String path) {
        Placeholder placeholder = Placeholder.parse(reference);
        if (placeholder == null) {
            add(path, "names no environment variable between ${ and }", Placeholder.FORMS);
            return null;
        }
        try {
            String value = placeholder.value(environment);
            if (!value.equals(placeholder.fallback())) { // a default is part of the document
                secret(value);
            }
            return value;
        } catch (InvalidValueException e) {
            add(path, e.problem(), e.expected());
            return null;
        }
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
