package dev.understudy.pool;

import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.guard.FailureTyping;
import dev.understudy.guard.ProbeState;
import dev.understudy.guard.ProviderHealth;
import dev.understudy.guard.TimeSource;
import dev.understudy.policy.HealthCheckPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.function.TupleUtils;

/** Runs health checks of providers in the background, from the construction of an understudy until it is closed. */
public final class HealthProber implements Disposable {

    /** Longest time between two free probes of a provider that fails, so that its recovery is noticed soon. */
    private static final Duration WHILE_FAILING = Duration.ofSeconds(10);

    private final ProviderPool providerPool;
    private final HealthCheckPolicy defaults;
    private final PoolEvents events;
    private final FailureTyping failureTyping;
    private final TimeSource timeSource;
    private final RandomGenerator random;
    private final Disposable.Composite running = Disposables.composite();
    private final Mono<Void> checks;

    /** @param defaults policy for providers that have none of their own */
    public HealthProber(
            ProviderPool providerPool,
            HealthCheckPolicy defaults,
            PoolEvents events,
            FailureTyping failureTyping,
            TimeSource timeSource,
            RandomGenerator random) {
        this.providerPool = providerPool;
        this.defaults = defaults;
        this.events = events;
        this.failureTyping = failureTyping;
        this.timeSource = timeSource;
        this.random = random;
        this.checks = Flux.fromIterable(providerPool.all())
                .flatMap(this::probe, Integer.MAX_VALUE)
                .share()
                .then();
        for (PooledProvider pooledProvider : providerPool.all()) {
            pooledProvider.health().checkedBy(this);
            if (policy(pooledProvider).enabled()) {
                // Background work has no other subscriber: the understudy owns it and disposes it.
                running.add(loop(pooledProvider).subscribe());
            } else {
                pooledProvider.health().checksEnded();
            }
        }
    }

    private HealthCheckPolicy policy(PooledProvider pooledProvider) {
        HealthCheckPolicy own = pooledProvider.options().healthChecks();
        return own == null ? defaults : own;
    }

    private Mono<Void> loop(PooledProvider pooledProvider) {
        return Mono.defer(() -> pooledProvider.health().isCheckedBy(this) ? probe(pooledProvider) : Mono.empty())
                .then(Mono.defer(() -> Mono.delay(delay(pooledProvider), timeSource.scheduler())))
                .repeat()
                .then();
    }

    private Mono<Void> probe(PooledProvider pooledProvider) {
        return Mono.defer(() -> {
            long start = timeSource.nanos();
            pooledProvider.health().checkBegun();
            return Mono.defer(() -> send(
                            pooledProvider.provider(), policy(pooledProvider).query()))
                    .timeout(policy(pooledProvider).timeout(), timeSource.scheduler())
                    .materialize()
                    .timestamp(timeSource.scheduler())
                    .doOnNext(TupleUtils.consumer((millis, end) ->
                            record(pooledProvider, start, Instant.ofEpochMilli(millis), end.getThrowable())))
                    .doOnCancel(() -> pooledProvider.health().checkAbandoned())
                    .then();
        });
    }

    private static Mono<Void> send(ChatProvider provider, @Nullable ChatRequest query) {
        return query == null ? provider.probe() : provider.chat(query).then();
    }

    private void record(PooledProvider pooledProvider, long start, Instant end, @Nullable Throwable error) {
        long now = timeSource.nanos();
        boolean wasOutOfRotation = pooledProvider.outOfRotation(now);
        ProviderHealth health = pooledProvider.health();
        HealthCheckPolicy policy = policy(pooledProvider);
        String message = error == null ? null : failureTyping.failure(error).toString();
        if (message == null) {
            health.checkSucceeded(policy, now - start, end, now);
            pooledProvider.probed();
        } else {
            health.checkFailed(policy, message, end, now);
        }
        if (pooledProvider.outOfRotation(now) != wasOutOfRotation) {
            events.healthChanged(pooledProvider.name(), pooledProvider.status(), message);
        }
        if (message != null) {
            providerPool.failed(pooledProvider, now);
        }
    }

    /**
     * Checks every provider once, also those without background checks. Starts at subscription; subscribers at one time share
     * one round. Completes when all have ended; never fails.
     */
    public Mono<Void> checkAll() {
        return checks;
    }

    private Duration delay(PooledProvider pooledProvider) {
        HealthCheckPolicy policy = policy(pooledProvider);
        boolean soon =
                policy.query() == null && policy.interval().compareTo(WHILE_FAILING) > 0 && isFailing(pooledProvider);
        long interval = (soon ? WHILE_FAILING : policy.interval()).toNanos();
        return Duration.ofNanos((long) (interval * (0.9 + 0.2 * random.nextDouble())));
    }

    /** Returns true while probes keep the provider out of rotation, or its last call failed and no probe succeeded since. */
    private static boolean isFailing(PooledProvider pooledProvider) {
        ProviderHealth health = pooledProvider.health();
        ProbeState probes = health.probes();
        boolean succeeded = probes.lastSucceeded() && probes.at() - health.failedAt() > 0;
        return probes.failed() || (health.consecutiveFailures() > 0 && !succeeded);
    }

    @Override
    public void dispose() {
        running.dispose();
    }

    @Override
    public boolean isDisposed() {
        return running.isDisposed();
    }
}
