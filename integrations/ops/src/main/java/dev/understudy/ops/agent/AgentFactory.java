package dev.understudy.ops.agent;

import dev.understudy.Understudy;
import dev.understudy.UnderstudyBuilder;
import dev.understudy.chat.ChatProvider;
import dev.understudy.event.Listener;
import dev.understudy.ops.config.AgentSpec;
import dev.understudy.ops.config.ProviderSpec;
import dev.understudy.provider.endpoint.Endpoint.CredentialsSource;
import dev.understudy.shared.SharedState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Builds agents from specifications. Reuses agents whose specification has not changed, and providers with their
 * connections. Not thread-safe.
 *
 * @param supplied providers that the application supplies
 * @param credentials sources in place of the keys of providers, by name
 * @param listener receives the events of all agents
 * @param sharedState state that outlives a chain (holds, cooldowns, open circuits), by agent
 * @param customizer customizes each chain before it is built
 */
record AgentFactory(
        Map<String, ChatProvider> supplied,
        Map<String, CredentialsSource> credentials,
        Listener listener,
        Function<String, SharedState> sharedState,
        BiConsumer<String, UnderstudyBuilder> customizer,
        Map<String, SharedProvider> providers) {

    /** Creates one in-memory state for each agent, which outlives its chains. */
    static Function<String, SharedState> states() {
        Map<String, SharedState> states = new ConcurrentHashMap<>();
        return id -> states.computeIfAbsent(id, any -> SharedState.inMemory());
    }

    /** A factory for agents composed in code, which builds nothing. */
    static AgentFactory none() {
        return new AgentFactory(
                Map.of(), Map.of(), Listener.none(), id -> SharedState.none(), (id, builder) -> {}, Map.of());
    }

    /**
     * Builds the chains of these specifications; unchanged running ones are reused.
     *
     * @throws RuntimeException if one cannot be built; nothing new is left open then
     */
    Map<String, RunningAgent> agents(Map<String, AgentSpec> specs, Map<String, RunningAgent> running) {
        Map<String, RunningAgent> agents = new LinkedHashMap<>();
        List<RunningAgent> opened = new ArrayList<>();
        try {
            specs.forEach((id, spec) -> {
                RunningAgent before = running.get(id);
                boolean same = before != null && spec.equals(before.spec());
                RunningAgent agent = same ? before : open(spec, before);
                agents.put(id, agent);
                if (!same) {
                    opened.add(agent);
                }
            });
        } catch (RuntimeException e) {
            RuntimeException closeFailure = RunningAgent.retire(opened);
            if (closeFailure != null) {
                e.addSuppressed(closeFailure);
            }
            throw e;
        }
        // Published only after all chains were built, because running chains receive it too.
        opened.forEach(agent -> handOver(agent, running.get(agent.understudy().name())));
        providers.values().removeIf(SharedProvider::isClosed);
        return agents;
    }

    /** @param before the agent of this id that is replaced; {@code null} for a new one */
    private RunningAgent open(AgentSpec spec, @Nullable RunningAgent before) {
        List<ChatProvider> borrowed = new ArrayList<>();
        try {
            UnderstudyBuilder builder = spec.builder(provider -> {
                ChatProvider mine = borrowed(provider);
                borrowed.add(mine);
                return mine;
            });
            if (before != null) {
                builder.continueHealth(before.understudy(), unchanged(spec, before));
            }
            builder.listener(listener).sharedState(sharedState.apply(spec.id()));
            customizer.accept(spec.id(), builder);
            Understudy understudy = builder.build();
            return new RunningAgent(spec, understudy, spec.resuming(understudy));
        } catch (RuntimeException e) {
            borrowed.forEach(ChatProvider::close);
            throw e;
        }
    }

    /** Returns the names of the providers that are the same before and after. */
    private static Set<String> unchanged(AgentSpec spec, RunningAgent before) {
        AgentSpec old = before.spec();
        return old == null
                ? Set.of()
                : spec.providers().stream()
                        .filter(provider -> old.providers().stream().anyMatch(provider::leadsToSameAs))
                        .map(ProviderSpec::name)
                        .collect(Collectors.toSet());
    }

    /** Makes a new primary the active provider. */
    private void handOver(RunningAgent agent, @Nullable RunningAgent before) {
        if (agent.spec() == null || before == null || before.spec() == null) {
            return;
        }
        String primary = agent.spec().providers().get(0).name();
        if (!primary.equals(before.spec().providers().get(0).name())) {
            String id = agent.spec().id();
            publish(id, new SharedState.ActiveProvider(id, primary, true));
        }
    }

    private void publish(String id, SharedState.Update update) {
        try {
            sharedState.apply(id).publish(new SharedState.Message("configuration", update));
        } catch (RuntimeException e) {
            // dropped, as SharedState documents
        }
    }

    private ChatProvider borrowed(ProviderSpec spec) {
        SharedProvider known = providers.get(spec.name());
        ChatProvider borrowed = known != null && known.isOf(spec) ? known.lend() : null;
        if (borrowed != null) {
            return borrowed;
        }
        CredentialsSource source = credentials.get(spec.name());
        ProviderSpec asked = source == null ? spec : spec.withCredentials(source);
        SharedProvider fresh = new SharedProvider(spec, asked.provider(supplied));
        providers.put(spec.name(), fresh);
        return Objects.requireNonNull(fresh.lend());
    }
}
