package dev.understudy.ops.agent;

import dev.understudy.Understudy;
import dev.understudy.UnderstudyBuilder;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatProvider;
import dev.understudy.event.Listener;
import dev.understudy.shared.SharedState;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * The agents that run: named chains, each an {@link Understudy}, whose configuration can be replaced while calls are in
 * flight. Thread-safe.
 */
public final class Agents implements AutoCloseable {

    /** How often a watched file is looked at. */
    static final Duration LOOK = Duration.ofSeconds(2);

    /**
     * The result of an attempt to replace the running configuration.
     *
     * @param at when
     * @param source file or other origin of the configuration
     * @param accepted whether it runs now; if not, the one before goes on
     * @param errors why it was refused; without secrets, empty if it was accepted
     */
    public record Reload(Instant at, String source, boolean accepted, List<ConfigException.Error> errors) {

        public Reload {
            errors = List.copyOf(errors);
        }

        /** One line, and one more for each error. */
        @Override
        public String toString() {
            StringBuilder text = new StringBuilder(source).append(accepted ? " is used from now on" : " is refused");
            errors.forEach(error -> text.append("\n  ").append(error));
            return text.toString();
        }
    }

    private final ActiveAgents activeAgents;
    private final Supplier<Scheduler> timer;
    private final Sinks.Many<Reload> reloads = Sinks.many().multicast().directBestEffort();
    private volatile @Nullable Reload lastReload;

    private Agents(ActiveAgents activeAgents, Supplier<Scheduler> timer) {
        this.activeAgents = activeAgents;
        this.timer = timer;
    }

    /** With all defaults, and nobody listening. Opens no connection, unless health checks are on. */
    public static Agents open(Config config) {
        return builder(config).open();
    }

    /** The same, heard by this listener. */
    public static Agents open(Config config, Listener listener) {
        return builder(config).listener(listener).open();
    }

    /** With what only code can say. */
    public static Builder builder(Config config) {
        return new Builder(config);
    }

    /**
     * Chains composed in code, each under its own name. They can be read and operated like configured ones; {@link #swap},
     * {@link #change} and {@link #watch} are refused.
     *
     * @throws IllegalArgumentException if two have the same name
     */
    public static Agents of(Understudy... doors) {
        Map<String, RunningAgent> chains = new LinkedHashMap<>();
        for (Understudy door : doors) {
            if (chains.put(door.name(), new RunningAgent(null, door, door)) != null) {
                throw new IllegalArgumentException("Two agents are named '" + door.name() + "'");
            }
        }
        return new Agents(ActiveAgents.composed(chains), Schedulers::parallel);
    }

    /** Who there is now, in order. */
    public List<String> ids() {
        return activeAgents.ids();
    }

    /**
     * The chain that is in service now, for operators; {@code null} if there is none of this id. After a change it is another
     * one: callers use {@link #provider}.
     */
    public @Nullable Understudy understudy(String agentId) {
        RunningAgent runningAgent = activeAgents.find(agentId);
        return runningAgent == null ? null : runningAgent.understudy();
    }

    /**
     * An agent for callers. Each call goes to the chain that is in service when it is subscribed, and ends there whatever
     * changes meanwhile. If there is no such agent then, it fails with {@link ChatException.Rejected}. Its {@code close()} does
     * nothing.
     */
    public ChatProvider provider(String agentId) {
        return new AgentProvider(agentId, () -> {
            RunningAgent runningAgent = activeAgents.find(agentId);
            if (runningAgent == null) {
                throw new ChatException.Rejected(
                        isClosed()
                                ? "The agents are closed"
                                : "No agent is called '" + agentId + "'; there are " + ids());
            }
            return runningAgent;
        });
    }

    /** The configuration that runs now; {@code null} for chains composed in code. */
    public @Nullable Config config() {
        return activeAgents.config();
    }

    /** What an operator may change of this agent, as it is now; {@code null} if there is none of this id. */
    public @Nullable FailoverSettings failover(String agentId) {
        RunningAgent runningAgent = activeAgents.find(agentId);
        return runningAgent == null ? null : runningAgent.settings();
    }

    /**
     * Composes this agent anew with these settings, until a configuration says otherwise. Calls in flight end on the old
     * chain; what was held stays held. Waits while somebody else changes something, so not on a thread that must not block.
     *
     * @throws IllegalArgumentException if there is none of this id
     * @throws ConfigException if the settings cannot be; with all mistakes at once
     * @throws UnsupportedOperationException if it was composed in code
     */
    public void change(String agentId, FailoverSettings settings) {
        if (activeAgents.config() == null && activeAgents.find(agentId) != null) {
            throw ActiveAgents.composed();
        }
        change(agentId, is -> settings);
    }

    /**
     * The same with what is wanted instead of the settings as they are by then.
     *
     * @return whether there was anything to change
     */
    public boolean change(String agentId, UnaryOperator<FailoverSettings> wish) {
        return activeAgents.change(agentId, wish);
    }

    /**
     * Runs this configuration from now on. Agents that it does not change are left as they are; the others are composed anew, all
     * at once or none. Calls in flight end on the old chains, which are closed after their last call. Waits while somebody
     * else changes something, so not on a thread that must not block.
     *
     * @throws ConfigException if it cannot be run: nothing has changed then
     * @throws UnsupportedOperationException for chains composed in code
     */
    public void swap(Config config) {
        try {
            activeAgents.swap(config);
        } catch (ConfigException refused) {
            tell(config.source(), refused.errors());
            throw refused;
        }
        tell(config.source(), List.of());
    }

    /**
     * Looks at this file every 2 s and swaps in what it says when that changes. A file that cannot be used is refused and told by
     * {@link #reloads()}, once; what runs goes on. The file is read on {@code Schedulers.boundedElastic()}.
     *
     * @return ends the watching
     * @throws UnsupportedOperationException for chains composed in code
     */
    public Disposable watch(Path file) {
        Config config = activeAgents.config();
        if (config == null) {
            throw ActiveAgents.composed();
        }
        return new ConfigFileWatcher(file, config, this, timer).start();
    }

    /**
     * Emits the result of each reload from subscription on, on the thread that reloads. A subscriber without demand misses
     * results. Completes when the agents are closed; never fails.
     */
    public Flux<Reload> reloads() {
        return reloads.asFlux();
    }

    /** Returns the result of the last reload; {@code null} before the first. */
    public @Nullable Reload lastReload() {
        return lastReload;
    }

    /** @param errors empty if the configuration was accepted */
    void tell(String source, List<ConfigException.Error> errors) {
        Instant now = Instant.ofEpochMilli(timer.get().now(TimeUnit.MILLISECONDS));
        Reload reload = new Reload(now, source, errors.isEmpty(), errors);
        lastReload = reload;
        synchronized (reloads) {
            reloads.tryEmitNext(reload);
        }
    }

    boolean isClosed() {
        return activeAgents.isClosed();
    }

    /** Takes no more calls. Each chain is closed after its last call; watching ends. Idempotent. What a provider throws is thrown at last. */
    @Override
    public void close() {
        try {
            activeAgents.close();
        } finally {
            synchronized (reloads) {
                reloads.tryEmitComplete();
            }
        }
    }

    /** What only code can say of configured agents. Not thread-safe. */
    public static final class Builder {

        private final Config config;
        private final Map<String, ChatProvider> supplied = new LinkedHashMap<>();
        private final List<BiConsumer<String, UnderstudyBuilder>> touches = new ArrayList<>();
        private Listener listener = Listener.none();
        private Function<String, SharedState> standing = AgentFactory.memories();
        private Supplier<Scheduler> timer = Schedulers::parallel;

        private Builder(Config config) {
            this.config = config;
        }

        /** Who hears what happens in all chains. Several: {@link Listener#and}. */
        public Builder listener(Listener listener) {
            this.listener = listener;
            return this;
        }

        /**
         * A provider that the configuration names with {@code supplied: true}, by its own name. It is never closed by the
         * agents.
         */
        public Builder supply(ChatProvider provider) {
            supplied.put(provider.name(), provider);
            return this;
        }

        /** What other instances know; by default each agent remembers for itself, from one of its chains to the next. */
        public Builder sharedStanding(SharedState shared) {
            this.standing = id -> shared;
            return this;
        }

        /** Clock and timer at once, of the chains and of watching; {@code Schedulers.parallel()}. */
        public Builder scheduler(Scheduler scheduler) {
            this.timer = () -> scheduler;
            return customize((id, builder) -> builder.scheduler(scheduler));
        }

        /** The last word on each chain before it is built: a token counter, a selection of your own. */
        public Builder customize(BiConsumer<String, UnderstudyBuilder> touch) {
            touches.add(touch);
            return this;
        }

        /**
         * Opens no connection, unless health checks are on.
         *
         * @throws ConfigException if the configuration names a supplied provider that nobody supplied
         */
        public Agents open() {
            AgentFactory agentFactory = new AgentFactory(
                    Map.copyOf(supplied),
                    listener,
                    standing,
                    (id, builder) -> touches.forEach(touch -> touch.accept(id, builder)),
                    new ConcurrentHashMap<>());
            return new Agents(ActiveAgents.of(agentFactory, config), timer);
        }
    }
}
