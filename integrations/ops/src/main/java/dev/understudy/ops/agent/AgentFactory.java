package dev.understudy.ops.agent;

import dev.understudy.Understudy;
import dev.understudy.UnderstudyBuilder;
import dev.understudy.chat.ChatProvider;
import dev.understudy.event.Listener;
import dev.understudy.ops.config.AgentSpec;
import dev.understudy.ops.config.ProviderSpec;
import dev.understudy.shared.SharedState;
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
record AgentFactory(
        Map<String, ChatProvider> supplied,
        Listener listener,
        Function<String, SharedState> standing,
        BiConsumer<String, UnderstudyBuilder> touch,
        Map<String, SharedProvider> providers) {

    /** What is remembered for each agent from one of its chains to the next, where nothing else is shared. */
    static Function<String, SharedState> memories() {
        Map<String, SharedState> memories = new ConcurrentHashMap<>();
        return id -> memories.computeIfAbsent(id, any -> SharedState.inMemory());
    }

    /** Builds nothing: for chains composed in code. */
    static AgentFactory nobody() {
        return new AgentFactory(Map.of(), Listener.none(), id -> SharedState.none(), (id, builder) -> {}, Map.of());
    }

    /**
     * The chains of these agents; those in service that would be the same are among them.
     *
     * @throws RuntimeException if one cannot be built; nothing new is left open then
     */
    Map<String, RunningAgent> chains(Map<String, AgentSpec> agents, Map<String, RunningAgent> inService) {
        Map<String, RunningAgent> chains = new LinkedHashMap<>();
        List<RunningAgent> opened = new ArrayList<>();
        try {
            agents.forEach((id, spec) -> {
                RunningAgent running = inService.get(id);
                boolean same = running != null && spec.equals(running.spec());
                RunningAgent runningAgent = same ? running : open(spec);
                chains.put(id, runningAgent);
                if (!same) {
                    opened.add(runningAgent);
                }
            });
        } catch (RuntimeException e) {
            RuntimeException stuck = RunningAgent.retire(opened);
            if (stuck != null) {
                e.addSuppressed(stuck);
            }
            throw e;
        }
        // Those in service hear it too, so not before it is certain that they are replaced.
        opened.forEach(runningAgent ->
                handOver(runningAgent, inService.get(runningAgent.understudy().name())));
        providers.values().removeIf(SharedProvider::isClosed);
        return chains;
    }

    private RunningAgent open(AgentSpec spec) {
        List<ChatProvider> lent = new ArrayList<>();
        try {
            UnderstudyBuilder builder = spec.builder(provider -> {
                ChatProvider mine = borrowed(provider);
                lent.add(mine);
                return mine;
            });
            builder.listener(listener).sharedState(standing.apply(spec.id()));
            touch.accept(spec.id(), builder);
            Understudy door = builder.build();
            return new RunningAgent(spec, door, spec.resuming(door));
        } catch (RuntimeException e) {
            lent.forEach(ChatProvider::close);
            throw e;
        }
    }

    /** Another primary is asked first from now on, whoever was active. */
    private void handOver(RunningAgent runningAgent, @Nullable RunningAgent before) {
        if (runningAgent.spec() == null || before == null || before.spec() == null) {
            return;
        }
        String primary = runningAgent.spec().providers().get(0).name();
        if (!primary.equals(before.spec().providers().get(0).name())) {
            String id = runningAgent.spec().id();
            tell(id, new SharedState.ActiveProvider(id, primary, true));
        }
    }

    private void tell(String id, SharedState.Update update) {
        try {
            standing.apply(id).publish(new SharedState.Message("configuration", update));
        } catch (RuntimeException e) {
            // Dropped, as SharedState promises.
        }
    }

    private ChatProvider borrowed(ProviderSpec spec) {
        SharedProvider known = providers.get(spec.name());
        ChatProvider lent = known != null && known.isOf(spec) ? known.lend() : null;
        if (lent != null) {
            return lent;
        }
        SharedProvider fresh = new SharedProvider(spec, spec.provider(supplied));
        providers.put(spec.name(), fresh);
        return Objects.requireNonNull(fresh.lend());
    }
}
