package dev.understudy.spring.boot.autoconfigure;

import dev.understudy.Understudy;
import dev.understudy.event.ProviderStatus;
import dev.understudy.ops.agent.Agents;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.CompositeReactiveHealthContributor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.ReactiveHealthContributor;
import org.springframework.boot.health.contributor.ReactiveHealthContributors;
import org.springframework.boot.health.contributor.ReactiveHealthIndicator;
import reactor.core.publisher.Mono;

/**
 * Health of each agent, with that of its providers as details. Reads what calls and health checks recorded, and sends
 * nothing. An agent is down when none of its providers can be asked.
 */
record AgentsHealthContributor(Agents agents) implements CompositeReactiveHealthContributor {

    @Override
    public @Nullable ReactiveHealthContributor getContributor(String name) {
        return agents.ids().contains(name) ? indicator(name) : null;
    }

    @Override
    public Stream<ReactiveHealthContributors.Entry> stream() {
        return agents.ids().stream().map(id -> new ReactiveHealthContributors.Entry(id, indicator(id)));
    }

    private ReactiveHealthIndicator indicator(String agent) {
        return () -> Mono.fromSupplier(() -> health(agents.understudy(agent)));
    }

    private static Health health(@Nullable Understudy understudy) {
        if (understudy == null) {
            return Health.unknown().build();
        }
        List<ProviderStatus> providers = understudy.control().status();
        Map<String, Object> details = new LinkedHashMap<>();
        providers.forEach(status -> details.put(status.provider(), ProviderView.summary(status)));
        boolean usable = providers.stream().anyMatch(ProviderView::isUsable);
        return (usable ? Health.up() : Health.down())
                .withDetail("providers", details)
                .build();
    }
}
