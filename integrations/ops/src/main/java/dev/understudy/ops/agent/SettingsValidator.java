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

/** Checks what an operator wants of an agent, as strictly as a document is checked. */
final class SettingsValidator {

    private SettingsValidator() {}

    /**
     * The agent with these settings.
     *
     * @throws ConfigException with all mistakes at once
     */
    static AgentSpec checked(AgentSpec agent, FailoverSettings wanted, Map<String, ProviderSpec> providers) {
        ConfigErrors found = new ConfigErrors(Map.of());
        String path = "agents." + agent.id();
        List<String> known = List.copyOf(providers.keySet());
        Set<String> named = new HashSet<>();
        named(path + ".primary", wanted.primary(), known, named, found);
        for (int i = 0; i < wanted.backups().size(); i++) {
            named(ConfigNode.below(path + ".backups", i), wanted.backups().get(i), known, named, found);
        }
        if (wanted.maxConsecutiveFailures() < 1) {
            found.mistake(
                    path + ".failover.maxConsecutiveFailures",
                    "is the number " + wanted.maxConsecutiveFailures(),
                    PolicyKeys.MAX_CONSECUTIVE_FAILURES.valueType().words());
        }
        longer(path + ".healthCheck.interval", wanted.healthCheck().interval(), found);
        longer(path + ".healthCheck.timeout", wanted.healthCheck().timeout(), found);
        if (found.isClean()) {
            AgentSpec changed =
                    ConfiguredSettings.applied(agent, wanted, name -> Objects.requireNonNull(providers.get(name)));
            ProviderSpec incomplete = changed.withoutModel();
            if (incomplete == null) {
                return changed;
            }
            found.mistake(
                    path + ".healthCheck.query",
                    "has no model to go to: provider '" + incomplete.name() + "' names none",
                    "healthCheck.model in the configuration");
        }
        throw ConfigException.of("The change", found.errors());
    }

    private static void named(String path, String name, List<String> known, Set<String> named, ConfigErrors found) {
        if (!known.contains(name)) {
            found.mistake(path, "is the name of no provider", Suggestions.to(name, known));
        } else if (!named.add(name)) {
            found.mistake(path, "is named already", "each provider once");
        }
    }

    private static void longer(String path, Duration duration, ConfigErrors found) {
        if (duration.isZero() || duration.isNegative()) {
            found.mistake(path, "is not longer than zero", ScalarTypes.DURATION.words());
        }
    }
}
