package dev.understudy.ops.metrics;

import dev.understudy.Understudy;
import dev.understudy.ops.agent.Agents;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** The bound understudies by name. For agents, the chain that is running now. */
final class BoundUnderstudies {

    private final MeterRegistry registry;
    private final Map<String, BoundUnderstudy> byName = new ConcurrentHashMap<>();
    private final List<Agents> agentGroups = new CopyOnWriteArrayList<>();
    /** Names of agents, removed ones included. */
    private final Set<String> agentNames = ConcurrentHashMap.newKeySet();

    BoundUnderstudies(MeterRegistry registry) {
        this.registry = registry;
    }

    BoundUnderstudy add(Understudy understudy) {
        BoundUnderstudy bound =
                new BoundUnderstudy(understudy, registry.config().clock());
        byName.put(understudy.name(), bound);
        Gauges gauges = new Gauges(registry, () -> shown(understudy.name()), understudy.name());
        bound.providers().forEach(gauges::provider);
        bound.publishTo(gauges);
        return bound;
    }

    void add(Agents agents) {
        agentGroups.add(agents);
        agents.ids().forEach(this::at);
    }

    /** Returns the bound understudy of this name; {@code null} if there never was one. */
    @Nullable
    BoundUnderstudy at(String understudy) {
        BoundUnderstudy known = byName.get(understudy);
        Understudy inService = inService(understudy);
        if (inService == null || (known != null && known.isOf(inService))) {
            return known;
        }
        agentNames.add(understudy);
        return add(inService);
    }

    /** Returns true if a model of this name is configured in one of them. */
    boolean haveModel(String model) {
        return byName.values().stream().anyMatch(bound -> bound.hasModel(model));
    }

    /** Returns the bound understudy of this name; {@code null} also for an agent that was removed. */
    private @Nullable BoundUnderstudy shown(String understudy) {
        return agentNames.contains(understudy) && inService(understudy) == null ? null : at(understudy);
    }

    private @Nullable Understudy inService(String understudy) {
        for (Agents agents : agentGroups) {
            Understudy found = agents.understudy(understudy);
            if (found != null) {
                return found;
            }
        }
        return null;
    }
}
