package dev.understudy.ops.config;

import dev.understudy.Understudy;
import dev.understudy.UnderstudyBuilder;
import dev.understudy.chat.ChatProvider;
import dev.understudy.ops.config.FailoverSettings.HealthCheck;
import dev.understudy.policy.FailoverPolicy;
import dev.understudy.policy.HealthCheckPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An agent as it is configured. Equal if it would be the same chain again.
 *
 * @param id its name
 * @param cast who can be asked, the primary first
 * @param said what the document says
 * @param told what an operator has said of health checks since: it counts most
 */
public record AgentSpec(String id, List<ProviderSpec> cast, ConfigValues said, ConfigValues told) {

    /** Composes the chain. Nothing is sent, unless health checks are on. */
    public UnderstudyBuilder builder(Function<ProviderSpec, ChatProvider> providers) {
        UnderstudyBuilder builder = Understudy.builder().name(id);
        AgentKeys.apply(said, builder);
        for (ProviderSpec spec : cast) {
            builder.provider(providers.apply(spec), spec.providerOptions().withHealthChecks(probes(spec)));
        }
        return builder;
    }

    public ChatProvider around(Understudy door) {
        return said.get(AgentKeys.RESUME).around(door);
    }

    HealthCheckPolicy probes(ProviderSpec spec) {
        return HealthCheckKeys.probes(health(spec), spec.providerOptions());
    }

    private ConfigValues health(ProviderSpec spec) {
        return told.over(spec.healthCheck()).over(said.get(AgentKeys.HEALTH_CHECK));
    }

    public FailoverSettings settings() {
        FailoverPolicy failoverPolicy = failover();
        return new FailoverSettings(
                cast.get(0).name(),
                cast.stream().skip(1).map(ProviderSpec::name).toList(),
                failoverPolicy.automatic(),
                failoverPolicy.maxConsecutiveFailures(),
                healthCheck());
    }

    private FailoverPolicy failover() {
        return PolicyKeys.FAILOVER.made().apply(said.get(AgentKeys.FAILOVER));
    }

    private HealthCheck healthCheck() {
        ConfigValues health = health(cast.get(0));
        return new HealthCheck(
                health.get(HealthCheckKeys.ENABLED),
                health.get(HealthCheckKeys.INTERVAL),
                health.get(HealthCheckKeys.TIMEOUT),
                HealthCheckKeys.query(health));
    }

    /** With what an operator wants instead; of health checks only what differs, so that providers keep what is their own. */
    public AgentSpec with(FailoverSettings wanted, Function<String, ProviderSpec> providers) {
        List<ProviderSpec> next = new ArrayList<>(List.of(providers.apply(wanted.primary())));
        wanted.backups().forEach(name -> next.add(providers.apply(name)));
        ConfigValues failover = said.get(AgentKeys.FAILOVER)
                .with(PolicyKeys.AUTOMATIC_FAILOVER, wanted.automatic())
                .with(PolicyKeys.MAX_CONSECUTIVE_FAILURES, wanted.maxConsecutiveFailures());
        return new AgentSpec(
                id,
                List.copyOf(next),
                said.with(AgentKeys.FAILOVER, failover),
                told(healthCheck(), wanted.healthCheck()));
    }

    private ConfigValues told(HealthCheck is, HealthCheck wanted) {
        ConfigValues more = told;
        if (wanted.enabled() != is.enabled()) {
            more = more.with(HealthCheckKeys.ENABLED, wanted.enabled());
        }
        if (!wanted.interval().equals(is.interval())) {
            more = more.with(HealthCheckKeys.INTERVAL, wanted.interval());
        }
        if (!wanted.timeout().equals(is.timeout())) {
            more = more.with(HealthCheckKeys.TIMEOUT, wanted.timeout());
        }
        String query = wanted.query() == null ? "" : wanted.query();
        return query.equals(is.query() == null ? "" : is.query()) ? more : more.with(HealthCheckKeys.QUERY, query);
    }

    /** A provider whose health query has no model to go to; {@code null} if all have. */
    public @Nullable ProviderSpec withoutModel() {
        return cast.stream()
                .filter(spec -> !HealthCheckKeys.isComplete(health(spec), spec.providerOptions()))
                .findFirst()
                .orElse(null);
    }
}
