package dev.understudy.ops;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Checks what an operator wants of an agent, as strictly as a document is checked. */
final class Wishes {

    private Wishes() {}

    /**
     * The agent with these settings.
     *
     * @throws ConfigException with all mistakes at once
     */
    static AgentSpec checked(AgentSpec agent, FailoverSettings wanted, Map<String, ProviderSpec> providers) {
        Findings found = new Findings(Map.of());
        String path = "agents." + agent.id();
        List<String> known = List.copyOf(providers.keySet());
        Set<String> named = new HashSet<>();
        named(path + ".primary", wanted.primary(), known, named, found);
        for (int i = 0; i < wanted.backups().size(); i++) {
            named(Node.below(path + ".backups", i), wanted.backups().get(i), known, named, found);
        }
        if (wanted.maxConsecutiveFailures() < 1) {
            found.mistake(
                    path + ".failover.maxConsecutiveFailures",
                    "is the number " + wanted.maxConsecutiveFailures(),
                    PolicyKeys.MAX_CONSECUTIVE_FAILURES.type().words());
        }
        longer(path + ".healthCheck.interval", wanted.healthCheck().interval(), found);
        longer(path + ".healthCheck.timeout", wanted.healthCheck().timeout(), found);
        if (found.isClean()) {
            AgentSpec changed = agent.with(wanted, name -> Objects.requireNonNull(providers.get(name)));
            ProviderSpec incomplete = changed.withoutModel();
            if (incomplete == null) {
                return changed;
            }
            found.mistake(
                    path + ".healthCheck.query",
                    "has no model to go to: provider '" + incomplete.name() + "' names none",
                    "healthCheck.model in the configuration");
        }
        throw new ConfigException("The change", found.errors());
    }

    private static void named(String path, String name, List<String> known, Set<String> named, Findings found) {
        if (!known.contains(name)) {
            found.mistake(path, "is the name of no provider", Nearest.to(name, known));
        } else if (!named.add(name)) {
            found.mistake(path, "is named already", "each provider once");
        }
    }

    private static void longer(String path, Duration duration, Findings found) {
        if (duration.isZero() || duration.isNegative()) {
            found.mistake(path, "is not longer than zero", Scalars.DURATION.words());
        }
    }
}
