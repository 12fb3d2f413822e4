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

/** The doors that are looked at, by name. Of agents it is always the chain in service, whatever took its place meanwhile. */
final class BoundUnderstudies {

    private final MeterRegistry registry;
    private final Map<String, BoundUnderstudy> watched = new ConcurrentHashMap<>();
    private final List<Agents> casts = new CopyOnWriteArrayList<>();
    /** Names of agents, those that are gone among them. */
    private final Set<String> hired = ConcurrentHashMap.newKeySet();

    BoundUnderstudies(MeterRegistry registry) {
        this.registry = registry;
    }

    BoundUnderstudy add(Understudy door) {
        BoundUnderstudy watch = new BoundUnderstudy(door, registry.config().clock());
        watched.put(door.name(), watch);
        Gauges gauges = new Gauges(registry, () -> shown(door.name()), door.name());
        watch.providers().forEach(gauges::provider);
        watch.show(gauges);
        return watch;
    }

    void add(Agents agents) {
        casts.add(agents);
        agents.ids().forEach(this::at);
    }

    /** {@code null} if nobody of this name was ever looked at. */
    @Nullable
    BoundUnderstudy at(String door) {
        BoundUnderstudy known = watched.get(door);
        Understudy inService = inService(door);
        if (inService == null || known != null && known.isOf(inService)) {
            return known;
        }
        hired.add(door);
        return add(inService);
    }

    /** The same, but nobody for an agent that is gone. */
    private @Nullable BoundUnderstudy shown(String door) {
        return hired.contains(door) && inService(door) == null ? null : at(door);
    }

    private @Nullable Understudy inService(String door) {
        for (Agents agents : casts) {
            Understudy found = agents.understudy(door);
            if (found != null) {
                return found;
            }
        }
        return null;
    }
}
