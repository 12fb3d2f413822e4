package dev.understudy.ops.agent;

import dev.understudy.ops.config.AgentSpec;
import dev.understudy.ops.config.ConfigDocument;
import dev.understudy.ops.config.InvalidValueException;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/** The running agents. A change replaces all of them or none, and changes are applied one at a time. */
final class ActiveAgents {

    /**
     * @param config {@code null} for agents composed in code
     * @param created ids of agents that the configuration does not declare
     */
    private record Running(@Nullable Config config, Map<String, RunningAgent> agents, Set<String> created) {

        /** Returns the specifications of all agents. */
        Map<String, AgentSpec> specs() {
            Map<String, AgentSpec> specs = new LinkedHashMap<>();
            agents.forEach((id, agent) -> Optional.ofNullable(agent.spec()).ifPresent(spec -> specs.put(id, spec)));
            return specs;
        }
    }

    private final AgentFactory factory;
    private final Object changeLock = new Object();
    private volatile Running running;
    private volatile boolean closed;

    private ActiveAgents(AgentFactory factory, Running running) {
        this.factory = factory;
        this.running = running;
    }

    static ActiveAgents of(AgentFactory factory, Config config) {
        Map<String, RunningAgent> agents =
                built(config, () -> factory.agents(config.document().agents(), Map.of()));
        return new ActiveAgents(factory, new Running(config, agents, Set.of()));
    }

    static ActiveAgents composed(Map<String, RunningAgent> agents) {
        return new ActiveAgents(AgentFactory.none(), new Running(null, Collections.unmodifiableMap(agents), Set.of()));
    }

    @Nullable
    Config config() {
        return running.config;
    }

    List<String> ids() {
        return List.copyOf(running.agents.keySet());
    }

    @Nullable
    RunningAgent find(String agentId) {
        return running.agents.get(agentId);
    }

    List<RunningAgent> all() {
        return List.copyOf(running.agents.values());
    }

    boolean isClosed() {
        return closed;
    }

    /**
     * Changes the settings of one agent.
     *
     * @param change applied to the current settings while no other change can happen
     * @return {@code true} if the agent was replaced
     */
    boolean change(String agentId, UnaryOperator<FailoverSettings> change) {
        Collection<RunningAgent> retired;
        synchronized (changeLock) {
            Running now = running;
            RunningAgent agent = now.agents.get(agentId);
            if (agent == null) {
                throw new IllegalArgumentException("No agent is called '" + agentId + "'; there are " + ids());
            }
            FailoverSettings is = agent.settings();
            FailoverSettings settings = change.apply(is);
            if (settings.equals(is)) {
                return false;
            }
            AgentSpec spec = agent.spec();
            if (spec == null || now.config == null) {
                throw composed();
            }
            AgentSpec wanted = SettingsValidator.checked(
                    spec, settings, now.config.document().providers());
            Map<String, AgentSpec> agents = now.specs();
            agents.put(agentId, wanted);
            retired = replace(now.config, agents, now.created);
        }
        retire(retired);
        return !retired.isEmpty();
    }

    /** Adds an agent that the configuration does not declare; returns {@code false} if there is one of this id. */
    boolean create(String agentId, FailoverSettings settings) {
        synchronized (changeLock) {
            Running now = running;
            if (now.config == null) {
                throw composed();
            }
            if (now.agents.containsKey(agentId)) {
                return false;
            }
            ConfigDocument document = now.config.document();
            Map<String, AgentSpec> agents = now.specs();
            agents.put(
                    agentId, SettingsValidator.checked(document.undeclared(agentId), settings, document.providers()));
            Set<String> created = new LinkedHashSet<>(now.created);
            created.add(agentId);
            replace(now.config, agents, created);
            return true;
        }
    }

    void swap(Config config) {
        Collection<RunningAgent> retired;
        synchronized (changeLock) {
            if (running.config == null) {
                throw composed();
            }
            Map<String, AgentSpec> agents =
                    new LinkedHashMap<>(config.document().agents());
            Set<String> kept = keepCreated(config.document(), agents);
            retired = replace(config, agents, kept);
        }
        retire(retired);
    }

    /** Adds the created agents that can go on with the providers of a document, and returns their ids. */
    private Set<String> keepCreated(ConfigDocument document, Map<String, AgentSpec> agents) {
        Set<String> kept = new LinkedHashSet<>();
        for (String id : running.created) {
            AgentSpec before = Objects.requireNonNull(running.agents.get(id)).spec();
            AgentSpec after = before == null || agents.containsKey(id) ? null : CreatedAgents.carried(before, document);
            if (after != null) {
                agents.put(id, after);
                kept.add(id);
            }
        }
        return kept;
    }

    /** @return agents that were replaced or removed */
    private Collection<RunningAgent> replace(Config config, Map<String, AgentSpec> agents, Set<String> created) {
        if (closed) {
            throw new IllegalStateException("The agents are closed");
        }
        Map<String, RunningAgent> before = running.agents;
        Map<String, RunningAgent> after = built(config, () -> factory.agents(agents, before));
        running = new Running(config, after, created);
        return before.values().stream()
                .filter(agent -> !after.containsValue(agent))
                .toList();
    }

    private static Map<String, RunningAgent> built(Config config, Supplier<Map<String, RunningAgent>> agents) {
        try {
            return Collections.unmodifiableMap(agents.get());
        } catch (InvalidValueException e) {
            throw ConfigException.of(config.source(), List.of(e.at("")));
        }
    }

    static UnsupportedOperationException composed() {
        return new UnsupportedOperationException(
                "These agents were composed in code, so they are changed in code; agents of a Config can be changed");
    }

    /** Retires replaced agents. Failures to close are dropped, because their successors already serve. */
    private static void retire(Collection<RunningAgent> runningAgents) {
        RuntimeException closeFailure = RunningAgent.retire(runningAgents);
        if (closeFailure != null) {
            Operators.onErrorDropped(closeFailure, Context.empty());
        }
    }

    /** Retires all agents. Idempotent. Throws the first exception of a provider's close after all are retired. */
    void close() {
        Map<String, RunningAgent> before;
        synchronized (changeLock) {
            if (closed) {
                return;
            }
            closed = true;
            before = running.agents;
            running = new Running(running.config, Map.of(), Set.of());
        }
        RuntimeException closeFailure = RunningAgent.retire(before.values());
        if (closeFailure != null) {
            throw closeFailure;
        }
    }
}
