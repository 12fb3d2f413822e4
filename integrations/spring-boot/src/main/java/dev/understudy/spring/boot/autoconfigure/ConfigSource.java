package dev.understudy.spring.boot.autoconfigure;

import dev.understudy.ops.agent.Config;
import dev.understudy.ops.agent.ConfigException;
import dev.understudy.spring.boot.UnderstudyConnectionDetails;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.AbstractMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.Environment;
import org.springframework.core.io.DefaultResourceLoader;

/**
 * The configuration of an application: its properties, or the file that {@code understudy.config} names. Blocks, as the start
 * of an application does.
 */
final class ConfigSource {

    static final String LOCATION = "understudy.config";

    private final Environment environment;
    private final UnderstudyConnectionDetails details;

    ConfigSource(Environment environment, UnderstudyConnectionDetails details) {
        this.environment = environment;
        this.details = details;
    }

    /** Creates a source without other connections than those of the properties. */
    static ConfigSource of(Environment environment) {
        return new ConfigSource(environment, new UnderstudyConnectionDetails() {});
    }

    /** Returns true if the application configures providers. */
    boolean exists() {
        return location() != null || !PropertyTree.read(environment).isEmpty();
    }

    /** Reads the whole configuration. */
    Config read() {
        String location = location();
        if (location != null) {
            return read(location, new EnvironmentVariables(environment));
        }
        PropertyTree tree = PropertyTree.read(environment);
        tree.override(details);
        return Config.of(tree.toMap(), tree.variables());
    }

    /** Lists the ids of the agents. Values of placeholders are not needed for them. */
    List<String> agents() {
        String location = location();
        if (location == null) {
            return PropertyTree.read(environment).agents();
        }
        try {
            return read(location, new EnvironmentVariables(environment)).agents();
        } catch (ConfigException incomplete) { // a build without secrets, or an error that the later reading tells
            return read(location, new AnyValue(environment)).agents();
        }
    }

    private @Nullable String location() {
        String location = environment.getProperty(LOCATION);
        return location == null || location.isBlank() ? null : location.strip();
    }

    private static Config read(String location, Map<String, String> variables) {
        if (!location.matches("[a-z]+:.*")) {
            return Config.read(Path.of(location), variables);
        }
        if (location.startsWith("file:")) {
            return Config.read(Path.of(location.substring("file:".length())), variables);
        }
        try {
            String text = new DefaultResourceLoader().getResource(location).getContentAsString(StandardCharsets.UTF_8);
            return Config.parse(text, variables);
        } catch (IOException e) {
            throw new UncheckedIOException(LOCATION + " names a resource that cannot be read: " + location, e);
        }
    }

    /** Has a value for every placeholder, so that a build without secrets can list agents. */
    private static final class AnyValue extends AbstractMap<String, String> {

        private final EnvironmentVariables variables;

        AnyValue(Environment environment) {
            this.variables = new EnvironmentVariables(environment);
        }

        @Override
        public String get(Object name) {
            String value = variables.get(name);
            return value == null || value.isBlank() ? "any" : value;
        }

        @Override
        public Set<Entry<String, String>> entrySet() {
            return variables.entrySet();
        }
    }
}
