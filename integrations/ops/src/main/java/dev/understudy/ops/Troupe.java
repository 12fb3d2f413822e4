package dev.understudy.ops;

import dev.understudy.Listener;
import dev.understudy.SharedStanding;
import dev.understudy.Understudy;
import dev.understudy.UnderstudyBuilder;
import dev.understudy.chat.ChatProvider;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
        BiConsumer<String, UnderstudyBuilder> touch,
        Map<String, Shared> providers) {

    /** What is remembered for each agent from one of its chains to the next, where nothing else is shared. */
    static Function<String, SharedStanding> memories() {
        Map<String, SharedStanding> memories = new ConcurrentHashMap<>();
        return id -> memories.computeIfAbsent(id, any -> SharedStanding.inMemory());
    }

    /** Builds nothing: for chains composed in code. */
    static Troupe nobody() {
        return new Troupe(Map.of(), Listener.none(), id -> SharedStanding.none(), (id, builder) -> {}, Map.of());
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
                Chain chain = same ? running : open(spec);
                chains.put(id, chain);
                if (!same) {
                    opened.add(chain);
                }
            });
        } catch (RuntimeException e) {
            RuntimeException stuck = Chain.retire(opened);
            if (stuck != null) {
                e.addSuppressed(stuck);
            }
            throw e;
        }
        // Those in service hear it too, so not before it is certain that they are replaced.
        opened.forEach(chain -> handOver(chain, inService.get(chain.door().name())));
        providers.values().removeIf(Shared::isClosed);
        return chains;
    }

    private Chain open(AgentSpec spec) {
        List<ChatProvider> lent = new ArrayList<>();
        try {
            UnderstudyBuilder builder = spec.builder(provider -> {
                ChatProvider mine = borrowed(provider);
                lent.add(mine);
                return mine;
            });
            builder.listener(listener).sharedStanding(standing.apply(spec.id()));
            touch.accept(spec.id(), builder);
            Understudy door = builder.build();
            return new Chain(spec, door, spec.around(door));
        } catch (RuntimeException e) {
            lent.forEach(ChatProvider::close);
            throw e;
        }
    }

    /** Another primary is asked first from now on, whoever was active. */
    private void handOver(Chain chain, @Nullable Chain before) {
        if (chain.spec() == null || before == null || before.spec() == null) {
            return;
        }
        String primary = chain.spec().cast().get(0).name();
        if (!primary.equals(before.spec().cast().get(0).name())) {
            String id = chain.spec().id();
            tell(id, new SharedStanding.Active(id, primary, true));
        }
    }

    private void tell(String id, SharedStanding.Word word) {
        try {
            standing.apply(id).tell(new SharedStanding.Told("configuration", word));
        } catch (RuntimeException e) {
            // Dropped, as SharedStanding promises.
        }
    }

    private ChatProvider borrowed(ProviderSpec spec) {
        Shared known = providers.get(spec.name());
        ChatProvider lent = known != null && known.isOf(spec) ? known.lend() : null;
        if (lent != null) {
            return lent;
        }
        Shared fresh = new Shared(spec, spec.provider(supplied));
        providers.put(spec.name(), fresh);
        return Objects.requireNonNull(fresh.lend());
    }
}
