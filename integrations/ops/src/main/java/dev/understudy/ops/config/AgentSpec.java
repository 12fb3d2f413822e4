package dev.understudy.ops.config;

import dev.understudy.Understudy;
import dev.understudy.UnderstudyBuilder;
import dev.understudy.chat.ChatProvider;
import dev.understudy.policy.FailoverPolicy;
import dev.understudy.policy.HealthCheckPolicy;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A configured agent. Two specifications are equal when they lead to the same chain of providers.
 *
 * @param id name of the agent
 * @param providers its providers, the primary first
 * @param values values of the document
 * @param overrides values of health checks that were set at runtime; they take precedence over those of providers and of the
 *     document
 */
public record AgentSpec(String id, List<ProviderSpec> providers, ConfigValues values, ConfigValues overrides) {

    /** Returns a builder for the chain. Nothing is sent before it is built; afterwards only health checks are, if enabled. */
    public UnderstudyBuilder builder(Function<ProviderSpec, ChatProvider> factory) {
        UnderstudyBuilder builder = Understudy.builder().name(id);
        AgentKeys.apply(values, builder);
        for (ProviderSpec spec : providers) {
            builder.provider(factory.apply(spec), spec.providerOptions().withHealthChecks(healthCheckPolicy(spec)));
        }
        return builder;
    }

    /** Wraps the chain so that interrupted streams are resumed, if this agent resumes. */
    public ChatProvider resuming(Understudy understudy) {
        return values.get(AgentKeys.RESUME).around(understudy);
    }

    HealthCheckPolicy healthCheckPolicy(ProviderSpec spec) {
        return HealthCheckKeys.policy(healthCheck(spec), spec.providerOptions());
    }

    private ConfigValues healthCheck(ProviderSpec spec) {
        return overrides.over(spec.healthCheck()).over(values.get(AgentKeys.HEALTH_CHECK));
    }

    /** Values of the primary's health checks. */
    public ConfigValues healthCheck() {
        return healthCheck(providers.get(0));
    }

    public FailoverPolicy failover() {
        return PolicyKeys.FAILOVER.factory().apply(values.get(AgentKeys.FAILOVER));
    }

    public AgentSpec withProviders(List<ProviderSpec> providers) {
        return new AgentSpec(id, List.copyOf(providers), values, overrides);
    }

    public AgentSpec withFailover(boolean automatic, int maxConsecutiveFailures) {
        ConfigValues failover = values.get(AgentKeys.FAILOVER)
                .with(PolicyKeys.AUTOMATIC_FAILOVER, automatic)
                .with(PolicyKeys.MAX_CONSECUTIVE_FAILURES, maxConsecutiveFailures);
        return new AgentSpec(id, providers, values.with(AgentKeys.FAILOVER, failover), overrides);
    }

    public AgentSpec withOverrides(ConfigValues overrides) {
        return new AgentSpec(id, providers, values, overrides);
    }

    /** Returns a provider that has a health query and no model for it; {@code null} if there is none. */
    public @Nullable ProviderSpec withoutModel() {
        return providers.stream()
                .filter(spec -> !HealthCheckKeys.isComplete(healthCheck(spec), spec.providerOptions()))
                .findFirst()
                .orElse(null);
    }
}
