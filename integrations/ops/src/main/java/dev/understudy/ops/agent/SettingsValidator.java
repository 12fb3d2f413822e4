package dev.understudy.ops.agent;

import dev.understudy.ops.config.AgentSpec;
import dev.understudy.ops.config.ConfigErrors;
import dev.understudy.ops.config.ConfigNode;
import dev.understudy.ops.config.PolicyKeys;
import dev.understudy.ops.config.ProviderSpec;
import dev.understudy.ops.config.ScalarTypes;
import dev.understudy.ops.config.Suggestions;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Validates settings of an operator as strictly as a document. */
final class SettingsValidator {

    private SettingsValidator() {}

    /**
     * Returns the agent with these settings.
     *
     * @throws ConfigException with all errors at once
     */
    static AgentSpec checked(AgentSpec agent, FailoverSettings wanted, Map<String, ProviderSpec> providers) {
        ConfigErrors errors = new ConfigErrors(Map.of());
        String path = "agents." + agent.id();
        List<String> known = List.copyOf(providers.keySet());
        Set<String> named = new HashSet<>();
        named(path + ".primary", wanted.primary(), known, named, errors);
        for (int i = 0; i < wanted.backups().size(); i++) {
            named(ConfigNode.below(path + ".backups", i), wanted.backups().get(i), known, named, errors);
        }
        if (wanted.maxConsecutiveFailures() < 1) {
            errors.add(
                    path + ".failover.maxConsecutiveFailures",
                    "is the number " + wanted.maxConsecutiveFailures(),
                    PolicyKeys.MAX_CONSECUTIVE_FAILURES.type().words());
        }
        longer(path + ".healthCheck.interval", wanted.healthCheck().interval(), errors);
        longer(path + ".healthCheck.timeout", wanted.healthCheck().timeout(), errors);
        if (errors.isClean()) {
            AgentSpec changed =
                    ConfiguredSettings.applied(agent, wanted, name -> Objects.requireNonNull(providers.get(name)));
            ProviderSpec incomplete = changed.withoutModel();
            if (incomplete == null) {
                return changed;
            }
            errors.add(
                    path + ".healthCheck.query",
                    "has no model to go to: provider '" + incomplete.name() + "' names none",
                    "healthCheck.model in the configuration");
        }
        throw ConfigException.of("The change", errors.errors());
    }

    private static void named(String path, String name, List<String> known, Set<String> named, ConfigErrors errors) {
        if (!known.contains(name)) {
            errors.add(path, "is the name of no provider", Suggestions.to(name, known));
        } else if (!named.add(name)) {
            errors.add(path, "is named already", "each provider once");
        }
    }

    private static void longer(String path, Duration duration, ConfigErrors errors) {
        if (duration.isZero() || duration.isNegative()) {
            errors.add(path, "is not longer than zero", ScalarTypes.DURATION.words());
        }
    }
}
