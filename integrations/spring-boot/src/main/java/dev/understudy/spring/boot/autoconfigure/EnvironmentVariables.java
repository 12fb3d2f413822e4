package dev.understudy.spring.boot.autoconfigure;

import java.util.AbstractMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.Environment;

/** The properties of the application as values of the placeholders of a configuration file. Lists no entries. */
final class EnvironmentVariables extends AbstractMap<String, String> {

    private final Environment environment;

    EnvironmentVariables(Environment environment) {
        this.environment = environment;
    }

    @Override
    public @Nullable String get(Object name) {
        return environment.getProperty(String.valueOf(name));
    }

    @Override
    public boolean containsKey(Object name) {
        return get(name) != null;
    }

    @Override
    public Set<Entry<String, String>> entrySet() {
        return Set.of();
    }

    /** Shows no values. */
    @Override
    public String toString() {
        return "properties of the application";
    }
}
