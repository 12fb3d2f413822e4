package dev.understudy.spring.boot.autoconfigure;

import dev.understudy.ops.agent.ConfigException;
import java.util.stream.Collectors;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.env.Environment;

/** Explains at the start of an application what is wrong in its configuration, key by key, or in the file that it names. */
final class ConfigFailureAnalyzer extends AbstractFailureAnalyzer<ConfigException> {

    private final Environment environment;

    ConfigFailureAnalyzer(Environment environment) {
        this.environment = environment;
    }

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, ConfigException cause) {
        boolean file = environment.containsProperty(ConfigSource.LOCATION);
        String errors = cause.errors().stream()
                .map(error -> "  understudy." + error)
                .collect(Collectors.joining(System.lineSeparator(), System.lineSeparator(), ""));
        return new FailureAnalysis(
                "The configuration of Understudy is invalid: " + (file ? cause.getMessage() : errors),
                "Correct these keys. docs/configuration.md of Understudy lists all keys with their values.",
                cause);
    }
}
