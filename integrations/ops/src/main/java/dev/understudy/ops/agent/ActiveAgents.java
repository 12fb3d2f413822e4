package dev.understudy.ops.agent;

import dev.understudy.ops.config.AgentSpec;
import dev.understudy.ops.config.InvalidValueException;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/** The chains that are in service, and how others take their place: all at once or none, one change at a time. */
final class ActiveAgents {

    /** @param config {@code null} for chains composed in code */
    private record Running(@Nullable Config config, Map<String, RunningAgent> chains) {}

    private final AgentFactory agentFactory;
    private final Object change = new Object();
    private volatile Running running;
    private volatile boolean closed;

    private ActiveAgents(AgentFactory agentFactory, Running running) {
        this.agentFactory = agentFactory;
        this.running = running;
    }

    static ActiveAgents of(AgentFactory agentFactory, Config config) {
        Map<String, RunningAgent> chains =
                built(config, () -> agentFactory.chains(config.document().agents(), Map.of()));
        return new ActiveAgents(agentFactory, new Running(config, chains));
    }

    static ActiveAgents composed(Map<String, RunningAgent> chains) {
        return new ActiveAgents(AgentFactory.nobody(), new Running(null, Collections.unmodifiableMap(chains)));
    }

    @Nullable
    Config config() {
        return running.config;
    }

    List<String> ids() {
        return List.copyOf(running.chains.keySet());
    }

    @Nullable
    RunningAgent find(String agentId) {
        return running.chains.get(agentId);
    }

    boolean isClosed() {
        return closed;
    }

    /**
     * @param wish from the settings as they are when nobody else can change them
     * @return whether it is another chain now
     */
    boolean change(String agentId, UnaryOperator<FailoverSettings> wish) {
        Collection<RunningAgent> retired;
        synchronized (change) {
            Running now = running;
            RunningAgent runningAgent = now.chains.get(agentId);
            if (runningAgent == null) {
                throw new IllegalArgumentException("No agent is called '" + agentId + "'; there are " + ids());
            }
            FailoverSettings is = runningAgent.settings();
            FailoverSettings settings = wish.apply(is);
            if (settings.equals(is)) {
                return false;
            }
            AgentSpec spec = runningAgent.spec();
            if (spec == null || now.config == null) {
                throw composed();
            }
            AgentSpec wanted = SettingsValidator.checked(
                    spec, settings, now.config.document().providers());
            Map<String, AgentSpec> agents = new LinkedHashMap<>();
            now.chains.forEach((id, each) -> Optional.ofNullable(each.spec())
                    .ifPresent(own -> agents.put(id, id.equals(agentId) ? wanted : own)));
            retired = replace(now.config, agents);
        }
        retire(retired);
        return !retired.isEmpty();
    }

    void swap(Config config) {
        Collection<RunningAgent> retired;
        synchronized (change) {
            if (running.config == null) {
                throw composed();
            }
            retired = replace(config, config.document().agents());
        }
        retire(retired);
    }

    /** @return who is not in service any more */
    private Collection<RunningAgent> replace(Config config, Map<String, AgentSpec> agents) {
        if (closed) {
            throw new IllegalStateException("The agents are closed");
        }
        Map<String, RunningAgent> before = running.chains;
        Map<String, RunningAgent> after = built(config, () -> agentFactory.chains(agents, before));
        running = new Running(config, after);
        return before.values().stream()
                .filter(runningAgent -> !after.containsValue(runningAgent))
                .toList();
    }

    private static Map<String, RunningAgent> built(Config config, Supplier<Map<String, RunningAgent>> chains) {
        try {
            return Collections.unmodifiableMap(chains.get());
        } catch (InvalidValueException e) {
            throw ConfigException.of(config.source(), List.of(e.at("")));
        }
    }

    static UnsupportedOperationException composed() {
        return new UnsupportedOperationException(
                "These agents were composed in code, so they are changed in code; agents of a Config can be changed");
    }

    /** Others serve already: who cannot be closed does not harm them. */
    private static void retire(Collection<RunningAgent> runningAgents) {
        RuntimeException stuck = RunningAgent.retire(runningAgents);
        if (stuck != null) {
            Operators.onErrorDropped(stuck, Context.empty());
        }
    }

    /** Idempotent. What one of them throws is thrown when all are retired. */
    void close() {
        Map<String, RunningAgent> before;
        synchronized (change) {
            if (closed) {
                return;
            }
            closed = true;
            before = running.chains;
            running = new Running(running.config, Map.of());
        }
        RuntimeException stuck = RunningAgent.retire(before.values());
        if (stuck != null) {
            throw stuck;
        }
    }
}
