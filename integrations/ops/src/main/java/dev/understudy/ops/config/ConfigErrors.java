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

/** What is found while a document is read: mistakes, and the environment variables it names. */
public final class ConfigErrors {

    private static final Pattern REFERENCE = Pattern.compile("\\$\\{([^}]*)}");
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    /** What looks like the name of a variable; else somebody may have put the secret itself between the braces. */
    private static final Pattern USUAL_NAME = Pattern.compile("(?!AKIA|ASIA)[A-Z][A-Z0-9_]{0,63}");

    /** A shorter value is found in many words. */
    private static final int SHORTEST_SECRET = 4;

    private final Map<String, String> environment;
    /** By path: what is found first at a place explains what is found there later. */
    private final Map<String, ConfigError> mistakes = new LinkedHashMap<>();

    private final Set<String> secrets = new LinkedHashSet<>();

    public ConfigErrors(Map<String, String> environment) {
        this.environment = environment;
    }

    public void mistake(String path, String what, String right) {
        mistakes.putIfAbsent(path, new ConfigError(path, what, right));
    }

    /** Whatever is told, this is not. */
    void secret(String value) {
        secrets.add(value);
    }

    /** With {@code ${NAME}} replaced by what the environment says; {@code null}, and told, if it does not. */
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
            mistake(text.path(), "has a ${ without its }", "write ${NAME}");
            return null;
        }
        return complete ? reference.appendTail(expanded).toString() : null;
    }

    private @Nullable String variable(String name, String path) {
        if (!NAME.matcher(name).matches()) {
            mistake(path, "names no environment variable between ${ and }", "write ${NAME}, of letters, digits and _");
            return null;
        }
        String value = environment.get(name);
        if (value == null || value.isBlank()) {
            String shown =
                    USUAL_NAME.matcher(name).matches() ? "the environment variable " + name : "an environment variable";
            mistake(path, shown + (value == null ? " is not set" : " is empty"), "set it");
            return null;
        }
        secret(value);
        return value;
    }

    public boolean isClean() {
        return mistakes.isEmpty();
    }

    /** Without any secret that was met, longest first. */
    public List<ConfigError> errors() {
        List<String> hidden = secrets.stream()
                .filter(value -> value.length() >= SHORTEST_SECRET)
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList();
        List<ConfigError> told = new ArrayList<>();
        for (ConfigError mistake : mistakes.values()) {
            told.add(new ConfigError(
                    without(hidden, mistake.path()),
                    without(hidden, mistake.what()),
                    without(hidden, mistake.right())));
        }
        return told;
    }

    private static String without(Collection<String> hidden, String text) {
        String safe = text;
        for (String secret : hidden) {
            safe = safe.replace(secret, "***");
        }
        return safe;
    }
}
