package dev.understudy;

import dev.understudy.call.Call;
import dev.understudy.call.CallMode;
import dev.understudy.call.Engine;
import dev.understudy.call.Planner;
import dev.understudy.call.Policies;
import dev.understudy.call.RouteOrder;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Failure;
import dev.understudy.chat.StreamChunk;
import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import dev.understudy.guard.Nanos;
import dev.understudy.guard.ProviderHealth;
import dev.understudy.guard.TimeSource;
import dev.understudy.policy.FailoverPolicy;
import dev.understudy.policy.HealthCheckPolicy;
import dev.understudy.policy.ProviderOptions;
import dev.understudy.pool.Cooldowns;
import dev.understudy.pool.HealthProber;
import dev.understudy.pool.PoolEvents;
import dev.understudy.pool.PooledProvider;
import dev.understudy.pool.ProviderPool;
import dev.understudy.pool.StatePublisher;
import dev.understudy.pool.StateSubscriber;
import dev.understudy.pool.StatusView;
import dev.understudy.trim.LearnedContextWindows;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Signal;

/**
 * Client over several providers: when one fails, is slow or is rate limited, the next takes over. An understudy is a
 * provider itself, so that one can be nested in another.
 *
 * <p>Publishers are lazy: nothing is planned or sent before subscription, and each subscription is a new call. Before
 * the first content a failover is invisible to the subscriber. A stream that fails after its first content ends with
 * {@link dev.understudy.chat.ChatException.PartialAnswer}. When all routes failed, the error is
 * {@link dev.understudy.chat.ChatException.Exhausted}, which lists every attempt; when no route could be asked, the
 * error is {@link dev.understudy.chat.ChatException.Rejected}, which says why. Cancellation ends the request in flight,
 * or the wait before the next one, at once. Signals arrive on event loops and timer threads: subscribers must not
 * block.
 */
public final class Understudy implements ChatProvider {

    private final String name;
    private final ProviderPool providerPool;
    private final StatusView statusView;
    private final Engine engine;
    private final HealthProber healthProber;
    private final StateSubscriber stateSubscriber;
    private final Policies policies;
    private final UnderstudyControl control;

    Understudy(UnderstudyBuilder builder) {
        this.name = builder.name;
        this.policies = builder.policies();
        long now = policies.timeSource().nanos();
        StatePublisher statePublisher = policies.statePublisher();
        TimeSource timeSource = policies.timeSource();
        PoolEvents events = new PoolEvents(name, policies.listener());
        PooledProvider.Factory factory = new PooledProvider.Factory(
                policies.retryBudget(), policies.circuit(), events, statePublisher, timeSource, policies.random());
        List<PooledProvider> pooledProviders = builder.providers.stream()
                .map(entry -> factory.create(
                        entry.provider(),
                        entry.providerOptions(),
                        builder.health(entry.provider(), timeSource, now),
                        now))
                .toList();
        this.providerPool = new ProviderPool(pooledProviders, policies.failoverPolicy(), events, statePublisher, now);
        Map<String, List<String>> fallbacks = Collections.unmodifiableMap(new LinkedHashMap<>(builder.fallbacks));
        Cooldowns cooldowns = new Cooldowns(statePublisher);
        Planner planner = new Planner(
                providerPool,
                fallbacks,
                cooldowns,
                new RouteOrder(policies.selection(), policies.random()),
                policies.limits().maxCost());
        this.statusView = new StatusView(providerPool, fallbacks, policies.described(), timeSource);
        Call.Memory memory = new Call.Memory(providerPool, cooldowns, new LearnedContextWindows());
        this.engine = new Engine(name, planner, memory, policies, context -> CallContext.from(context)
                .options(timeSource));
        this.healthProber = new HealthProber(
                providerPool,
                policies.healthCheckPolicy(),
                events,
                policies.failureTyping(),
                timeSource,
                policies.random());
        this.stateSubscriber = new StateSubscriber(providerPool, cooldowns, statePublisher, timeSource);
        this.control = new UnderstudyControl(memory, statusView, healthProber, policies);
    }

    /**
     * Creates an understudy over these providers in this order, each asked for the model in the request, with all
     * defaults.
     *
     * @param providers at least one, with distinct names
     * @return the understudy
     * @throws IllegalArgumentException if two providers have one name
     * @throws IllegalStateException if there is no provider
     */
    public static Understudy over(ChatProvider... providers) {
        UnderstudyBuilder builder = builder();
        for (ChatProvider provider : providers) {
            builder.provider(provider);
        }
        return builder.build();
    }

    /**
     * Creates a builder.
     *
     * @return a new builder
     */
    public static UnderstudyBuilder builder() {
        return new UnderstudyBuilder();
    }

    @Override
    public String name() {
        return name;
    }

    /**
     * Returns the combined capabilities of the providers for a model and its fallbacks: every feature that any provider
     * has, the largest context window (unknown if that of any provider is), output limit and price of the first provider
     * that serves the model.
     */
    @Override
    public Capabilities capabilities(String model) {
        return statusView.capabilities(model);
    }

    /**
     * Returns the capabilities and the price of a model at one provider.
     *
     * @param provider name of the provider
     * @param model the model as the provider names it
     * @return the capabilities
     * @throws IllegalArgumentException if no provider has this name
     */
    public Capabilities capabilities(String provider, String model) {
        return providerPool.named(provider).provider().capabilities(model);
    }

    /**
     * Returns the names of all configured models, in requests and at providers, from provider options and fallbacks.
     *
     * @return the names
     */
    public Set<String> models() {
        return statusView.models();
    }

    @Override
    public Mono<ChatResponse> chat(ChatRequest request) {
        return Mono.fromDirect(engine.run(request, CallMode.CHAT));
    }

    @Override
    public Flux<StreamChunk> stream(ChatRequest request) {
        return engine.run(request, CallMode.STREAM);
    }

    /** Probes the providers in order until one succeeds; fails only if all of them fail. */
    @Override
    public Mono<Void> probe() {
        return Flux.fromIterable(providerPool.all())
                .concatMap(
                        pooledProvider ->
                                Mono.defer(pooledProvider.provider()::probe).materialize(),
                        1)
                .takeUntil(Signal::isOnComplete)
                .last()
                .dematerialize();
    }

    /**
     * Opens connections to all providers concurrently. A failure is reported as {@link Event.WarmupFailed}, not as an
     * error.
     */
    @Override
    public Mono<Void> warmup() {
        return Flux.fromIterable(providerPool.all())
                .flatMap(pooledProvider -> Mono.defer(pooledProvider.provider()::warmup)
                        .onErrorResume(error -> {
                            Failure failure = policies.failureTyping().failure(error);
                            new PoolEvents(name, policies.listener()).warmupFailed(pooledProvider.name(), failure);
                            return Mono.empty();
                        }))
                .then();
    }

    /**
     * Returns the status of the providers and the operations of operators at run time.
     *
     * @return the control of this understudy
     */
    public UnderstudyControl control() {
        return control;
    }

    /**
     * Returns the listener of this understudy, for decorators that report events of their own.
     *
     * @return the listener; {@link Listener#none()} if none was set
     */
    public Listener listener() {
        return policies.listener();
    }

    /**
     * Returns the failover policy.
     *
     * @return the policy
     */
    public FailoverPolicy failover() {
        return policies.failoverPolicy();
    }

    /**
     * Returns the health checks of providers without a policy in their {@link ProviderOptions}.
     *
     * @return the policy
     */
    public HealthCheckPolicy healthChecks() {
        return policies.healthCheckPolicy();
    }

    /**
     * Describes providers, fallbacks and policies in readable text. Contains no secret.
     *
     * @return the text, of several lines
     */
    public String describe() {
        return statusView.describe(name);
    }

    @Override
    public String toString() {
        return name + providerPool.all().stream().map(PooledProvider::name).toList();
    }

    /** Forgets what failures taught about every provider. Holds stay; {@link UnderstudyControl#release} ends those. */
    @Override
    public void forgetFailures() {
        providerPool.all().forEach(pooled -> control.forgetFailures(pooled.name()));
    }

    /**
     * Ends the background probes and closes all providers. An exception of a provider is thrown after all are closed.
     */
    @Override
    public void close() {
        endBackgroundWork();
        RuntimeException failure = null;
        for (PooledProvider pooledProvider : providerPool.all()) {
            try {
                pooledProvider.provider().close();
            } catch (RuntimeException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /**
     * Closes when subscribed to: later calls are rejected, and calls in flight are awaited with all of their attempts.
     * Completes when they have ended and all providers are closed. After {@code limit} the providers end the calls that
     * are still in flight, and those fail. An error of a provider is signalled after all are closed.
     *
     * @param limit time to wait for calls in flight; zero ends them at once
     */
    @Override
    public Mono<Void> closeGracefully(Duration limit) {
        TimeSource time = policies.timeSource();
        Duration wait = Duration.ofNanos(Nanos.of(limit));
        return Mono.defer(() -> {
            long start = time.nanos();
            endBackgroundWork();
            return engine.drained()
                    .timeout(wait, Mono.empty(), time.scheduler())
                    .then(Mono.defer(() -> {
                        Duration left = wait.minusNanos(time.nanos() - start);
                        return closeProviders(left.isNegative() ? Duration.ZERO : left);
                    }));
        });
    }

    /** Returns the health record of a provider; {@code null} if there is none of this name. */
    @Nullable
    ProviderHealth health(String provider) {
        return providerPool.find(provider).map(PooledProvider::health).orElse(null);
    }

    private Mono<Void> closeProviders(Duration limit) {
        List<PooledProvider> providers = providerPool.all();
        return Flux.fromIterable(providers)
                .flatMapDelayError(
                        pooled -> Mono.defer(() -> pooled.provider().closeGracefully(limit)), providers.size(), 1)
                .then();
    }

    private void endBackgroundWork() {
        engine.close();
        healthProber.dispose();
        stateSubscriber.dispose();
    }
}
