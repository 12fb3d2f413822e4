package dev.understudy.ops;

import dev.understudy.Failover;
import dev.understudy.Probes;
import dev.understudy.Understudy;
import dev.understudy.UnderstudyBuilder;
import dev.understudy.chat.ChatProvider;
import dev.understudy.ops.FailoverSettings.HealthCheck;
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
record AgentSpec(String id, List<ProviderSpec> cast, Values said, Values told) {

    /** Composes the chain. Nothing is sent, unless health checks are on. */
    UnderstudyBuilder builder(Function<ProviderSpec, ChatProvider> providers) {
        UnderstudyBuilder builder = Understudy.builder().name(id);
        AgentKeys.apply(said, builder);
        for (ProviderSpec spec : cast) {
            builder.provider(providers.apply(spec), spec.seat().withProbes(probes(spec)));
        }
        return builder;
    }

    ChatProvider around(Understudy door) {
        return said.get(AgentKeys.RESUME).around(door);
    }

    Probes probes(ProviderSpec spec) {
        return HealthKeys.probes(health(spec), spec.seat());
    }

    private Values health(ProviderSpec spec) {
        return told.over(spec.healthCheck()).over(said.get(AgentKeys.HEALTH_CHECK));
    }

    FailoverSettings settings() {
        Failover failover = failover();
        return new FailoverSettings(
                cast.get(0).name(),
                cast.stream().skip(1).map(ProviderSpec::name).toList(),
                failover.automatic(),
                failover.maxConsecutiveFailures(),
                healthCheck());
    }

    private Failover failover() {
        return PolicyKeys.FAILOVER.made().apply(said.get(AgentKeys.FAILOVER));
    }

    private HealthCheck healthCheck() {
        Values health = health(cast.get(0));
        return new HealthCheck(
                health.get(HealthKeys.ENABLED),
                health.get(HealthKeys.INTERVAL),
                health.get(HealthKeys.TIMEOUT),
                HealthKeys.query(health));
    }

    /** With what an operator wants instead; of health checks only what differs, so that providers keep what is their own. */
    AgentSpec with(FailoverSettings wanted, Function<String, ProviderSpec> providers) {
        List<ProviderSpec> next = new ArrayList<>(List.of(providers.apply(wanted.primary())));
        wanted.backups().forEach(name -> next.add(providers.apply(name)));
        Values failover = said.get(AgentKeys.FAILOVER)
                .with(PolicyKeys.AUTOMATIC_FAILOVER, wanted.automatic())
                .with(PolicyKeys.MAX_CONSECUTIVE_FAILURES, wanted.maxConsecutiveFailures());
        return new AgentSpec(
                id,
                List.copyOf(next),
                said.with(AgentKeys.FAILOVER, failover),
                told(healthCheck(), wanted.healthCheck()));
    }

    private Values told(HealthCheck is, HealthCheck wanted) {
        Values more = told;
        if (wanted.enabled() != is.enabled()) {
            more = more.with(HealthKeys.ENABLED, wanted.enabled());
        }
        if (!wanted.interval().equals(is.interval())) {
            more = more.with(HealthKeys.INTERVAL, wanted.interval());
        }
        if (!wanted.timeout().equals(is.timeout())) {
            more = more.with(HealthKeys.TIMEOUT, wanted.timeout());
        }
        String query = wanted.query() == null ? "" : wanted.query();
        return query.equals(is.query() == null ? "" : is.query()) ? more : more.with(HealthKeys.QUERY, query);
    }

    /** A provider whose health query has no model to go to; {@code null} if all have. */
    @Nullable
    ProviderSpec withoutModel() {
        return cast.stream()
                .filter(spec -> !HealthKeys.isComplete(health(spec), spec.seat()))
                .findFirst()
                .orElse(null);
    }
}
