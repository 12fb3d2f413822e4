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
import dev.understudy.guard.FailureClassifier;
import dev.understudy.guard.Nanos;
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
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Signal;

/**
 * Several providers behind one door: when one fails, is slow or is rate limited, the next takes over. It is a provider
 * itself, so understudies can stand in understudies.
 *
 * <p>Publishers are lazy: nothing is planned or sent before subscription, and each subscription is a new call. Before the
 * first content a failover is invisible; after it a stream that dies ends with {@link
 * dev.understudy.chat.ChatException.PartialAnswer}. When nobody could answer, {@link
 * dev.understudy.chat.ChatException.Exhausted} tells of every attempt; when nobody could even be asked, {@link
 * dev.understudy.chat.ChatException.Rejected} says what is missing. Cancelling ends the live request, or the wait before
 * the next one, at once. Signals arrive on event loops and timer threads: consumers must not block.
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
                .map(providerEntry -> factory.create(providerEntry.provider(), providerEntry.providerOptions(), now))
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
        this.engine = new Engine(
                name,
                planner,
                new Call.Memory(providerPool, cooldowns, new LearnedContextWindows()),
                policies,
                context -> CallContext.from(context).options(timeSource.nanos()));
        this.healthProber =
                new HealthProber(pooledProviders, policies.healthCheckPolicy(), events, timeSource, policies.random());
        this.stateSubscriber = new StateSubscriber(providerPool, cooldowns, statePublisher, timeSource);
        this.control = new UnderstudyControl(providerPool, statusView, policies);
    }

    /** These providers in this order, each asked for the model that the caller names, with all defaults. */
    public static Understudy over(ChatProvider... providers) {
        UnderstudyBuilder builder = builder();
        for (ChatProvider provider : providers) {
            builder.provider(provider);
        }
        return builder.build();
    }

    public static UnderstudyBuilder builder() {
        return new UnderstudyBuilder();
    }

    @Override
    public String name() {
        return name;
    }

    /**
     * What the cast can do for this model or its fallbacks: images and streaming as soon as anybody can, all else as the
     * first provider that serves it.
     */
    @Override
    public Capabilities capabilities(String model) {
        return statusView.capabilities(model);
    }

    /**
     * What one of the cast can do, in its own name for the model, and what it costs there.
     *
     * @throws IllegalArgumentException if nobody of this name is in the cast
     */
    public Capabilities capabilities(String provider, String model) {
        return providerPool.named(provider).provider().capabilities(model);
    }

    /** All names of models that were composed, the callers' and the providers': of seats and of fallbacks. */
    public Set<String> models() {
        return statusView.models();
    }

    @Override
    public Mono<ChatResponse> chat(ChatRequest request) {
        return engine.run(request, CallMode.CHAT).singleOrEmpty();
    }

    @Override
    public Flux<StreamChunk> stream(ChatRequest request) {
        return engine.run(request, CallMode.STREAM);
    }

    /** Whether anybody can be reached: fails only if all of them fail. */
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

    /** Opens connections to all providers at once. One that fails is an {@link Event.WarmupFailed}, not an error. */
    @Override
    public Mono<Void> warmup() {
        return Flux.fromIterable(providerPool.all())
                .flatMap(pooledProvider -> Mono.defer(pooledProvider.provider()::warmup)
                        .onErrorResume(error -> {
                            Failure why = FailureClassifier.failure(error);
                            new PoolEvents(name, policies.listener()).warmupFailed(pooledProvider.name(), why);
                            return Mono.empty();
                        }))
                .then();
    }

    /** Status of the providers and what operators may do with them, at run time. */
    public UnderstudyControl control() {
        return control;
    }

    /** Who hears what happens here, for decorators that have something of their own to tell. */
    public Listener listener() {
        return policies.listener();
    }

    /** Who is asked first, and who after a failure, as composed. */
    public FailoverPolicy failover() {
        return policies.failoverPolicy();
    }

    /** How its providers are looked at in the background, as composed; a provider's own way stands in its {@link ProviderOptions}. */
    public HealthCheckPolicy probes() {
        return policies.healthCheckPolicy();
    }

    /** What was composed, for people: providers, chains, policies. Holds no secret. */
    public String describe() {
        return statusView.describe(name);
    }

    @Override
    public String toString() {
        return name + providerPool.all().stream().map(PooledProvider::name).toList();
    }

    /** Ends the background probes and closes all providers. What one of them throws is thrown when all are closed. */
    @Override
    public void close() {
        endBackgroundWork();
        RuntimeException stuck = null;
        for (PooledProvider pooledProvider : providerPool.all()) {
            try {
                pooledProvider.provider().close();
            } catch (RuntimeException e) {
                if (stuck == null) {
                    stuck = e;
                } else {
                    stuck.addSuppressed(e);
                }
            }
        }
        if (stuck != null) {
            throw stuck;
        }
    }

    /**
     * Closes when subscribed to: later calls are rejected, and calls in flight are awaited with all of their attempts. Completes
     * when they have ended and all providers are closed. After {@code limit} providers end the calls that are still in flight,
     * and those fail. Fails with what a provider failed with, when all are closed.
     *
     * @param limit zero ends calls in flight at once
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
