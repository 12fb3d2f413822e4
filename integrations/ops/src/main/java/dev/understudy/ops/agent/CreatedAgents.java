package dev.understudy.ops.agent;

import dev.understudy.ops.config.AgentSpec;
import dev.understudy.ops.config.ConfigDocument;
import dev.understudy.ops.config.ProviderSpec;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Agents that were created at run time, when another configuration is swapped in. Pure. */
final class CreatedAgents {

    private CreatedAgents() {}

    /**
     * Returns the agent with those of its providers that a document declares, the defaults of the document, and its own
     * settings; {@code null} if the document declares none of its providers.
     */
    static @Nullable AgentSpec carried(AgentSpec agent, ConfigDocument document) {
        List<String> providers = agent.providers().stream()
                .map(ProviderSpec::name)
                .filter(document.providers()::containsKey)
                .toList();
        if (providers.isEmpty()) {
            return null;
        }
        FailoverSettings settings = ConfiguredSettings.of(agent)
                .withPrimary(providers.get(0))
                .withBackups(providers.subList(1, providers.size()));
        AgentSpec carried = applied(agent, settings, document);
        return carried.withoutModel() == null
                ? carried
                : applied(agent, settings.withHealthCheck(settings.healthCheck().withQuery(null)), document);
    }

    private static AgentSpec applied(AgentSpec agent, FailoverSettings settings, ConfigDocument document) {
        return ConfiguredSettings.applied(
                document.undeclared(agent.id()),
                settings,
                name -> Objects.requireNonNull(document.providers().get(name)));
    }
}
