package dev.understudy.spring.boot.autoconfigure;

import dev.understudy.ops.agent.ConfigException;
import java.util.stream.Collectors;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says at the start of an application what is wrong in its configuration, key by key. */
final class ConfigFailureAnalyzer extends AbstractFailureAnalyzer<ConfigException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, ConfigException cause) {
        String errors = cause.errors().stream()
                .map(error -> "  understudy." + error)
                .collect(Collectors.joining(System.lineSeparator()));
        return new FailureAnalysis(
                "The configuration of Understudy is invalid:" + System.lineSeparator() + errors,
                "Correct these keys. docs/configuration.md of Understudy lists all keys with their values.",
                cause);
    }
}
