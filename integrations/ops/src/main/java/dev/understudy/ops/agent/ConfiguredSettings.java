package dev.understudy.ops.agent;

import dev.understudy.ops.agent.FailoverSettings.HealthCheck;
import dev.understudy.ops.config.AgentSpec;
import dev.understudy.ops.config.ConfigValues;
import dev.understudy.ops.config.HealthCheckKeys;
import dev.understudy.ops.config.ProviderSpec;
import dev.understudy.policy.FailoverPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/** Maps a configured agent to the settings that can be changed at runtime, and back. */
final class ConfiguredSettings {

    private ConfiguredSettings() {}

    static FailoverSettings of(AgentSpec agent) {
        FailoverPolicy failover = agent.failover();
        return new FailoverSettings(
                agent.providers().get(0).name(),
                agent.providers().stream().skip(1).map(ProviderSpec::name).toList(),
                failover.automatic(),
                failover.maxConsecutiveFailures(),
                healthCheck(agent));
    }

    private static HealthCheck healthCheck(AgentSpec agent) {
        ConfigValues values = agent.healthCheck();
        return new HealthCheck(
                values.get(HealthCheckKeys.ENABLED),
                values.get(HealthCheckKeys.INTERVAL),
                values.get(HealthCheckKeys.TIMEOUT),
                HealthCheckKeys.query(values));
    }

    /** Returns the agent with these settings. Only differing health check values are overridden: providers keep their own. */
    static AgentSpec applied(AgentSpec agent, FailoverSettings settings, Function<String, ProviderSpec> providers) {
        List<ProviderSpec> next = new ArrayList<>(List.of(providers.apply(settings.primary())));
        settings.backups().forEach(name -> next.add(providers.apply(name)));
        return agent.withProviders(next)
                .withFailover(settings.automatic(), settings.maxConsecutiveFailures())
                .withOverrides(overrides(agent, settings.healthCheck()));
    }

    private static ConfigValues overrides(AgentSpec agent, HealthCheck wanted) {
        HealthCheck current = healthCheck(agent);
        ConfigValues overrides = agent.overrides();
        if (wanted.enabled() != current.enabled()) {
            overrides = overrides.with(HealthCheckKeys.ENABLED, wanted.enabled());
        }
        if (!wanted.interval().equals(current.interval())) {
            overrides = overrides.with(HealthCheckKeys.INTERVAL, wanted.interval());
        }
        if (!wanted.timeout().equals(current.timeout())) {
            overrides = overrides.with(HealthCheckKeys.TIMEOUT, wanted.timeout());
        }
        String query = Objects.requireNonNullElse(wanted.query(), "");
        return query.equals(Objects.requireNonNullElse(current.query(), ""))
                ? overrides
                : overrides.with(HealthCheckKeys.QUERY, query);
    }
}
