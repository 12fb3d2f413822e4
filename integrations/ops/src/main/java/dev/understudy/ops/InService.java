package dev.understudy.ops;

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
final class InService {

    /** @param config {@code null} for chains composed in code */
    private record Running(@Nullable Config config, Map<String, Chain> chains) {}

    private final Troupe troupe;
    private final Object change = new Object();
    private volatile Running running;
    private volatile boolean closed;

    private InService(Troupe troupe, Running running) {
        this.troupe = troupe;
        this.running = running;
    }

    static InService of(Troupe troupe, Config config) {
        Map<String, Chain> chains =
                built(config, () -> troupe.chains(config.document().agents(), Map.of()));
        return new InService(troupe, new Running(config, chains));
    }

    static InService composed(Map<String, Chain> chains) {
        return new InService(Troupe.nobody(), new Running(null, Collections.unmodifiableMap(chains)));
    }

    @Nullable
    Config config() {
        return running.config;
    }

    List<String> ids() {
        return List.copyOf(running.chains.keySet());
    }

    @Nullable
    Chain find(String agentId) {
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
        Collection<Chain> retired;
        synchronized (change) {
            Running now = running;
            Chain chain = now.chains.get(agentId);
            if (chain == null) {
                throw new IllegalArgumentException("No agent is called '" + agentId + "'; there are " + ids());
            }
            FailoverSettings is = chain.settings();
            FailoverSettings settings = wish.apply(is);
            if (settings.equals(is)) {
                return false;
            }
            AgentSpec spec = chain.spec();
            if (spec == null || now.config == null) {
                throw composed();
            }
            AgentSpec wanted =
                    Wishes.checked(spec, settings, now.config.document().providers());
            Map<String, AgentSpec> agents = new LinkedHashMap<>();
            now.chains.forEach((id, each) -> Optional.ofNullable(each.spec())
                    .ifPresent(own -> agents.put(id, id.equals(agentId) ? wanted : own)));
            retired = replace(now.config, agents);
        }
        retire(retired);
        return !retired.isEmpty();
    }

    void swap(Config config) {
        Collection<Chain> retired;
        synchronized (change) {
            if (running.config == null) {
                throw composed();
            }
            retired = replace(config, config.document().agents());
        }
        retire(retired);
    }

    /** @return who is not in service any more */
    private Collection<Chain> replace(Config config, Map<String, AgentSpec> agents) {
        if (closed) {
            throw new IllegalStateException("The agents are closed");
        }
        Map<String, Chain> before = running.chains;
        Map<String, Chain> after = built(config, () -> troupe.chains(agents, before));
        running = new Running(config, after);
        return before.values().stream()
                .filter(chain -> !after.containsValue(chain))
                .toList();
    }

    private static Map<String, Chain> built(Config config, Supplier<Map<String, Chain>> chains) {
        try {
            return Collections.unmodifiableMap(chains.get());
        } catch (Wrong wrong) {
            throw new ConfigException(
                    config.source(), List.of(new ConfigException.Error(wrong.under(""), wrong.what(), wrong.right())));
        }
    }

    static UnsupportedOperationException composed() {
        return new UnsupportedOperationException(
                "These agents were composed in code, so they are changed in code; agents of a Config can be changed");
    }

    /** Others serve already: who cannot be closed does not harm them. */
    private static void retire(Collection<Chain> chains) {
        RuntimeException stuck = Chain.retire(chains);
        if (stuck != null) {
            Operators.onErrorDropped(stuck, Context.empty());
        }
    }

    /** Idempotent. What one of them throws is thrown when all are retired. */
    void close() {
        Map<String, Chain> before;
        synchronized (change) {
            if (closed) {
                return;
            }
            closed = true;
            before = running.chains;
            running = new Running(running.config, Map.of());
        }
        RuntimeException stuck = Chain.retire(before.values());
        if (stuck != null) {
            throw stuck;
        }
    }
}
