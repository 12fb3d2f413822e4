package dev.understudy.ops;

import dev.understudy.Listener;
import dev.understudy.SharedStanding;
import dev.understudy.Understudy;
import dev.understudy.chat.ChatProvider;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Builds chains from specifications, and uses again what has not changed: chains that would be the same, providers with their
 * connections. Not thread-safe.
 *
 * @param supplied providers that the application brings
 * @param listener hears what happens in all chains
 * @param standing what outlives a chain: holds, gates, open circuits; by agent
 * @param touch the application's last word on each chain
 */
record Troupe(
        Map<String, ChatProvider> supplied,
        Listener listener,
        Function<String, SharedStanding> standing,
        BiConsumer<String, Understudy.Builder> touch,
        Map<String, Shared> providers) {

    /** What is remembered for each agent from one of its chains to the next, where nothing else is shared. */
    static Function<String, SharedStanding> memories() {
        Map<String, SharedStanding> memories = new ConcurrentHashMap<>();
        return id -> memories.computeIfAbsent(id, any -> SharedStanding.inMemory());
    }

    /**
     * The chains of these agents; those in service that would be the same are among them.
     *
     * @throws RuntimeException if one cannot be built; nothing new is left open then
     */
    Map<String, Chain> chains(Map<String, AgentSpec> agents, Map<String, Chain> inService) {
        Map<String, Chain> chains = new LinkedHashMap<>();
        List<Chain> opened = new ArrayList<>();
        try {
            agents.forEach((id, spec) -> {
                Chain running = inService.get(id);
                boolean same = running != null && spec.equals(running.spec());
                Chain chain = same ? running : open(spec, running);
                chains.put(id, chain);
                if (!same) {
                    opened.add(chain);
                }
            });
            return chains;
        } catch (RuntimeException e) {
            opened.forEach(Chain::retire);
            throw e;
        }
    }

    private Chain open(AgentSpec spec, @Nullable Chain before) {
        List<ChatProvider> lent = new ArrayList<>();
        try {
            Understudy.Builder builder = spec.builder(provider -> {
                ChatProvider mine = shared(provider).lend();
                lent.add(mine);
                return mine;
            });
            SharedStanding memory = standing.apply(spec.id());
            if (before != null && before.spec() != null) {
                handOver(spec, before.spec(), memory);
            }
            builder.listener(listener).sharedStanding(memory);
            touch.accept(spec.id(), builder);
            Understudy door = builder.build();
            return new Chain(spec, door, spec.around(door));
        } catch (RuntimeException e) {
            lent.forEach(ChatProvider::close);
            throw e;
        }
    }

    /** Another primary is asked first from now on, whoever was active. */
    private static void handOver(AgentSpec spec, AgentSpec before, SharedStanding memory) {
        String primary = spec.cast().get(0).name();
        if (!primary.equals(before.cast().get(0).name())) {
            memory.tell(new SharedStanding.Told("configuration", new SharedStanding.Active(spec.id(), primary, true)));
        }
    }

    private Shared shared(ProviderSpec spec) {
        Shared known = providers.get(spec.name());
        if (known != null && known.isOf(spec) && known.isUsed()) {
            return known;
        }
        Shared fresh = new Shared(spec, spec.provider(supplied));
        providers.put(spec.name(), fresh);
        return fresh;
    }
}
