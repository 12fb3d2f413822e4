package dev.understudy.ops.agent;

import dev.understudy.Understudy;
import dev.understudy.UnderstudyBuilder;
import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.StreamChunk;
import dev.understudy.event.Listener;
import dev.understudy.ops.config.ConfigDocument;
import dev.understudy.provider.endpoint.Endpoint.CredentialsSource;
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
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Named agents, each served by an {@link Understudy}, whose configuration can be replaced while calls are in flight.
 * Thread-safe.
 */
public final class Agents implements AutoCloseable {

    /** Interval between two checks of a watched file. */
    static final Duration WATCH_INTERVAL = Duration.ofSeconds(2);

    /**
     * The result of an attempt to replace the running configuration.
     *
     * @param at time of the attempt
     * @param source file or other origin of the configuration
     * @param accepted {@code true} if the configuration runs now; otherwise the previous one continues
     * @param errors reasons of the refusal, without secrets; empty if the configuration was accepted
     */
    public record Reload(Instant at, String source, boolean accepted, List<ConfigException.Error> errors) {

        /**
         * Copies the errors.
         *
         * @param at time of the attempt
         * @param source file or other origin of the configuration
         * @param accepted {@code true} if the configuration runs now
         * @param errors reasons of the refusal; empty if the configuration was accepted
         */
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
    private final CatalogRefresher catalog;
    private volatile @Nullable Reload lastReload;

    private Agents(ActiveAgents activeAgents, Supplier<Scheduler> timer) {
        this.activeAgents = activeAgents;
        this.timer = timer;
        this.catalog = new CatalogRefresher(this::emit, timer);
    }

    /**
     * Opens the agents of a configuration with default options. Opens no connection, unless health checks are
     * enabled.
     *
     * @param config a parsed configuration
     * @return the open agents
     */
    public static Agents open(Config config) {
        return builder(config).open();
    }

    /**
     * Opens the agents of a configuration.
     *
     * @param config a parsed configuration
     * @param listener receives the events of all agents
     * @return the open agents
     */
    public static Agents open(Config config, Listener listener) {
        return builder(config).listener(listener).open();
    }

    /**
     * Returns a builder for options that a configuration cannot express.
     *
     * @param config a parsed configuration
     * @return a builder
     */
    public static Builder builder(Config config) {
        return new Builder(config);
    }

    /**
     * Creates agents from chains composed in code, each under its own name. They can be read and operated like
     * configured ones; {@link #swap}, {@link #change} and {@link #watch} throw {@code UnsupportedOperationException}.
     *
     * @param understudies the chains
     * @return the agents
     * @throws IllegalArgumentException if two have the same name
     */
    public static Agents of(Understudy... understudies) {
        Map<String, RunningAgent> agents = new LinkedHashMap<>();
        for (Understudy understudy : understudies) {
            if (agents.put(understudy.name(), new RunningAgent(null, understudy, understudy)) != null) {
                throw new IllegalArgumentException("Two agents are named '" + understudy.name() + "'");
            }
        }
        return new Agents(ActiveAgents.composed(agents), Schedulers::parallel);
    }

    /**
     * Lists the ids of the running agents, in order.
     *
     * @return a copy
     */
    public List<String> ids() {
        return activeAgents.ids();
    }

    /**
     * Returns the chain that is running now, for operators; {@code null} if there is no agent of this id. A change
     * replaces the chain, so callers use {@link #provider} instead.
     *
     * @param agentId id of the agent
     * @return the chain; {@code null} if there is none
     */
    public @Nullable Understudy understudy(String agentId) {
        RunningAgent agent = activeAgents.find(agentId);
        return agent == null ? null : agent.understudy();
    }

    /**
     * Returns a provider for callers. Each call goes to the chain that is running when the call is subscribed, and
     * ends on that chain. A call of an unknown agent fails with {@link ChatException.Rejected}. {@code close()} does
     * nothing.
     *
     * @param agentId id of the agent
     * @return the provider
     */
    public ChatProvider provider(String agentId) {
        return running(agentId);
    }

    /**
     * Continues an answer of an agent whose beginning was delivered before, as {@link
     * dev.understudy.streaming.ResumingProvider#streamAfter} does. Where the agent's {@code resume} switches that off, an
     * answer whose content was delivered in part fails.
     *
     * @param agentId id of the agent
     * @param request the request of the answer
     * @param delivered all delivered chunks; none for a new answer
     * @return the rest of the answer
     */
    public Flux<StreamChunk> streamAfter(String agentId, ChatRequest request, List<StreamChunk> delivered) {
        return running(agentId).streamAfter(request, delivered);
    }

    private AgentProvider running(String agentId) {
        return new AgentProvider(agentId, () -> {
            RunningAgent agent = activeAgents.find(agentId);
            if (agent == null) {
                throw isClosed() ? closed() : noAgent(agentId);
            }
            return agent;
        });
    }

    private static ChatException closed() {
        return new ChatException.Rejected(
                ChatException.Rejected.Reason.UNAVAILABLE, "The agents are closed", AttemptLog.empty(), null);
    }

    private ChatException noAgent(String agentId) {
        return new ChatException.Rejected("No agent is called '" + agentId + "'; there are " + ids());
    }

    /**
     * Returns the running configuration; {@code null} for agents composed in code.
     *
     * @return the configuration; {@code null} if there is none
     */
    public @Nullable Config config() {
        return activeAgents.config();
    }

    /**
     * Returns the current settings of this agent that can be changed at runtime; {@code null} if there is no agent of
     * this id.
     *
     * @param agentId id of the agent
     * @return the settings; {@code null} if there is no such agent
     */
    public @Nullable FailoverSettings failover(String agentId) {
        RunningAgent agent = activeAgents.find(agentId);
        return agent == null ? null : agent.settings();
    }

    /**
     * Replaces this agent by one with these settings, until a configuration is swapped in. Calls in flight end on the
     * old chain; holds are kept. Blocks while another change is applied, so do not call it on an event loop.
     *
     * @param agentId id of the agent
     * @param settings settings that replace the current ones
     * @throws IllegalArgumentException if there is no agent of this id
     * @throws ConfigException if the settings are invalid; with all errors at once
     * @throws UnsupportedOperationException if the agent was composed in code
     */
    public void change(String agentId, FailoverSettings settings) {
        if (activeAgents.config() == null && activeAgents.find(agentId) != null) {
            throw ActiveAgents.composed();
        }
        change(agentId, is -> settings);
    }

    /**
     * Replaces this agent by one with changed settings.
     *
     * @param agentId id of the agent
     * @param change applied to the current settings while no other change can happen
     * @return {@code true} if the agent was replaced
     * @throws IllegalArgumentException if there is no agent of this id
     * @throws ConfigException if the settings are invalid; with all errors at once
     * @throws UnsupportedOperationException if the agent was composed in code
     */
    public boolean change(String agentId, UnaryOperator<FailoverSettings> change) {
        return activeAgents.change(agentId, change);
    }

    /**
     * Adds an agent of configured providers, with the defaults of the configuration and these settings. The agent runs until
     * the agents are closed; a configuration that is swapped in keeps it with those of its providers that it declares, and
     * replaces it if it declares an agent of this id. Blocks while another change is applied, so do not call it on an event
     * loop.
     *
     * @param agentId id of the agent: up to 64 letters, digits, '.', '_' and '-'
     * @param settings providers, failover and health checks
     * @return {@code false} if there is an agent of this id already; nothing has changed then
     * @throws IllegalArgumentException if no agent can have this id
     * @throws ConfigException if the settings are invalid; with all errors at once
     * @throws UnsupportedOperationException for agents composed in code
     */
    public boolean create(String agentId, FailoverSettings settings) {
        if (!ConfigDocument.isAgentId(agentId)) {
            throw new IllegalArgumentException(
                    "An agent's id has up to 64 letters, digits, '.', '_' and '-': '" + agentId + "'");
        }
        return activeAgents.create(agentId, settings);
    }

    /**
     * Replaces the running configuration. Agents that do not change are kept; the others are composed anew, all or
     * none. Calls in flight end on the old chains, which close after their last call. Blocks while another change is
     * applied, so do not call it on an event loop.
     *
     * @param config configuration that replaces the running one
     * @throws ConfigException if the configuration cannot be used; nothing has changed then
     * @throws UnsupportedOperationException for agents composed in code
     */
    public void swap(Config config) {
        try {
            activeAgents.swap(config);
        } catch (ConfigException refused) {
            publish(config.source(), refused.errors());
            throw refused;
        }
        catalog.follow(config);
        publish(config.source(), List.of());
    }

    /**
     * Checks this file every 2 s and swaps the configuration in when its content changes. A file that cannot be used
     * is reported by {@link #reloads()} once, and the running configuration continues. The file is read on {@code
     * Schedulers.boundedElastic()}.
     *
     * @param file the configuration file
     * @return ends the watching when disposed
     * @throws UnsupportedOperationException for agents composed in code
     */
    public Disposable watch(Path file) {
        Config config = activeAgents.config();
        if (config == null) {
            throw ActiveAgents.composed();
        }
        return new ConfigFileWatcher(file, config, this, timer).start();
    }

    /**
     * Emits the result of each reload from subscription on, on the thread that reloads, and each failed reading of the
     * model catalog (key {@code modelCatalog}). A subscriber without demand misses results. Completes when the agents are
     * closed; never fails.
     *
     * @return the results, without those before the subscription
     */
    public Flux<Reload> reloads() {
        return reloads.asFlux();
    }

    /**
     * Returns the result of the last reload; {@code null} before the first.
     *
     * @return the result; {@code null} if there is none
     */
    public @Nullable Reload lastReload() {
        return lastReload;
    }

    /** Records and emits the result of a reload; {@code errors} is empty if the configuration was accepted. */
    void publish(String source, List<ConfigException.Error> errors) {
        lastReload = emit(source, errors);
    }

    /** Emits the result of a reload; {@code errors} is empty if what was read is in use. */
    Reload emit(String source, List<ConfigException.Error> errors) {
        Instant now = Instant.ofEpochMilli(timer.get().now(TimeUnit.MILLISECONDS));
        Reload reload = new Reload(now, source, errors.isEmpty(), errors);
        synchronized (reloads) {
            reloads.tryEmitNext(reload);
        }
        return reload;
    }

    boolean isClosed() {
        return activeAgents.isClosed();
    }

    /**
     * Accepts no more calls. Each chain closes after its last call, and watching ends. Idempotent. Throws the first
     * exception of a provider's close after all are closed.
     */
    @Override
    public void close() {
        catalog.dispose();
        try {
            activeAgents.close();
        } finally {
            synchronized (reloads) {
                reloads.tryEmitComplete();
            }
        }
    }

    /**
     * Closes when subscribed to, and waits: later calls fail, and each chain closes after its last call.
     *
     * @param limit longest time to wait for calls in flight; they go on after it
     * @return completes when the last call has ended, or the limit has passed; fails if a provider's close fails
     */
    public Mono<Void> closeGracefully(Duration limit) {
        return Mono.defer(() -> {
            List<RunningAgent> closing = activeAgents.all();
            close();
            return Flux.fromIterable(closing)
                    .flatMap(RunningAgent::closed, Integer.MAX_VALUE)
                    .then()
                    .timeout(limit, Mono.empty(), timer.get());
        });
    }

    /** Builder of agents with options that a configuration cannot express. Not thread-safe. */
    public static final class Builder {

        private final Config config;
        private final Map<String, ChatProvider> supplied = new LinkedHashMap<>();
        private final Map<String, CredentialsSource> credentials = new LinkedHashMap<>();
        private final List<BiConsumer<String, UnderstudyBuilder>> touches = new ArrayList<>();
        private Listener listener = Listener.none();
        private Function<String, SharedState> sharedState = AgentFactory.states();
        private Supplier<Scheduler> timer = Schedulers::parallel;

        private Builder(Config config) {
            this.config = config;
        }

        /**
         * Receives the events of all agents; combine several with {@link Listener#and}.
         *
         * @param listener receives the events
         * @return this builder
         */
        public Builder listener(Listener listener) {
            this.listener = listener;
            return this;
        }

        /**
         * Supplies the provider that the configuration declares with {@code supplied: true} under the same name. The
         * agents never close it.
         *
         * @param provider a provider, found by its name
         * @return this builder
         */
        public Builder supply(ChatProvider provider) {
            supplied.put(provider.name(), provider);
            return this;
        }

        /**
         * Sets the source of the credentials of a provider that the configuration declares, in place of its keys: a token
         * of an identity service, for example.
         *
         * @param provider name of the provider; a name that the configuration does not have is ignored
         * @param source asked before the first request, and again when a credential has expired or is refused
         * @return this builder
         */
        public Builder credentials(String provider, CredentialsSource source) {
            credentials.put(provider, source);
            return this;
        }

        /**
         * Sets the state that is shared with other instances; by default each agent has a state in memory, which outlives
         * its chains.
         *
         * @param shared state of all agents
         * @return this builder
         */
        public Builder sharedState(SharedState shared) {
            this.sharedState = id -> shared;
            return this;
        }

        /**
         * Sets clock and timer of the agents and of watching; {@code Schedulers.parallel()} by default.
         *
         * @param scheduler a scheduler that never blocks
         * @return this builder
         */
        public Builder scheduler(Scheduler scheduler) {
            this.timer = () -> scheduler;
            return customize((id, builder) -> builder.scheduler(scheduler));
        }

        /**
         * Customizes each chain before it is built, for example with a token counter or a selection.
         *
         * @param customizer receives the id of the agent and its builder
         * @return this builder
         */
        public Builder customize(BiConsumer<String, UnderstudyBuilder> customizer) {
            touches.add(customizer);
            return this;
        }

        /**
         * Opens the agents. Opens no connection, unless health checks are enabled.
         *
         * @return the open agents
         * @throws ConfigException if the configuration declares a supplied provider that was not supplied
         */
        public Agents open() {
            AgentFactory factory = new AgentFactory(
                    Map.copyOf(supplied),
                    Map.copyOf(credentials),
                    listener,
                    sharedState,
                    (id, builder) -> touches.forEach(customizer -> customizer.accept(id, builder)),
                    new ConcurrentHashMap<>());
            Agents agents = new Agents(ActiveAgents.of(factory, config), timer);
            agents.catalog.follow(config);
            return agents;
        }
    }
}
