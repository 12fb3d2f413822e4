package dev.understudy.ops;

import dev.understudy.Understudy;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** The doors that are looked at, by name. Of agents it is always the chain in service, whatever took its place meanwhile. */
final class Lookouts {

    private final MeterRegistry registry;
    private final Map<String, Lookout> watched = new ConcurrentHashMap<>();
    private final List<Agents> casts = new CopyOnWriteArrayList<>();
    /** Names of agents, those that are gone among them. */
    private final Set<String> hired = ConcurrentHashMap.newKeySet();

    Lookouts(MeterRegistry registry) {
        this.registry = registry;
    }

    Lookout add(Understudy door) {
        Lookout watch = new Lookout(door, registry.config().clock());
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
    Lookout at(String door) {
        Lookout known = watched.get(door);
        Understudy inService = inService(door);
        if (inService == null || known != null && known.isOf(inService)) {
            return known;
        }
        hired.add(door);
        return add(inService);
    }

    /** The same, but nobody for an agent that is gone. */
    private @Nullable Lookout shown(String door) {
        return hired.contains(door) && inService(door) == null ? null : at(door);
    }

    private @Nullable Understudy inService(String door) {
        for (Agents agents : casts) {
            Understudy found = agents.door(door);
            if (found != null) {
                return found;
            }
        }
        return null;
    }
}
