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
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.function.TupleUtils;

/** Runs health checks of providers in the background, from the construction of an understudy until it is closed. */
public final class HealthProber implements Disposable {

    /** Longest time between two free probes of a provider that fails, so that its recovery is noticed soon. */
    private static final Duration WHILE_FAILING = Duration.ofSeconds(10);

    private final HealthCheckPolicy defaults;
    private final PoolEvents events;
    private final FailureTyping failureTyping;
    private final TimeSource timeSource;
    private final RandomGenerator random;
    private final Disposable.Composite running = Disposables.composite();

    /** @param defaults policy for providers that have none of their own */
    public HealthProber(
            List<PooledProvider> pooledProviders,
            HealthCheckPolicy defaults,
            PoolEvents events,
            FailureTyping failureTyping,
            TimeSource timeSource,
            RandomGenerator random) {
        this.defaults = defaults;
        this.events = events;
        this.failureTyping = failureTyping;
        this.timeSource = timeSource;
        this.random = random;
        for (PooledProvider pooledProvider : pooledProviders) {
            if (policy(pooledProvider).enabled()) {
                // Background work has no other subscriber: the understudy owns it and disposes it.
                running.add(loop(pooledProvider).subscribe());
            }
        }
    }

    private HealthCheckPolicy policy(PooledProvider pooledProvider) {
        HealthCheckPolicy own = pooledProvider.options().healthChecks();
        return own == null ? defaults : own;
    }

    private Mono<Void> loop(PooledProvider pooledProvider) {
        return Mono.defer(() -> probe(pooledProvider))
                .then(Mono.defer(() -> Mono.delay(delay(pooledProvider), timeSource.scheduler())))
                .repeat()
                .then();
    }

    private Mono<Void> probe(PooledProvider pooledProvider) {
        pooledProvider.probeState().updateAndGet(ProbeState::begun);
        return Mono.defer(() ->
                        send(pooledProvider.provider(), policy(pooledProvider).query()))
                .timeout(policy(pooledProvider).timeout(), timeSource.scheduler())
                .materialize()
                .timestamp(timeSource.scheduler())
                .doOnNext(TupleUtils.consumer(
                        (millis, end) -> record(pooledProvider, Instant.ofEpochMilli(millis), end.getThrowable())))
                .doOnCancel(() -> pooledProvider.probeState().updateAndGet(ProbeState::abandoned))
                .then();
    }

    private static Mono<Void> send(ChatProvider provider, @Nullable ChatRequest query) {
        return query == null ? provider.probe() : provider.chat(query).then();
    }

    private void record(PooledProvider pooledProvider, Instant wallClock, @Nullable Throwable error) {
        String message = error == null ? null : failureTyping.failure(error).toString();
        boolean wasOutOfRotation = pooledProvider.outOfRotation();
        long now = timeSource.nanos();
        pooledProvider
                .probeState()
                .updateAndGet(
                        probeState -> probeState.ended(error == null, message, policy(pooledProvider), wallClock, now));
        if (error == null) {
            pooledProvider.probed();
        }
        if (pooledProvider.outOfRotation() != wasOutOfRotation) {
            events.healthChanged(pooledProvider.name(), pooledProvider.status(), message);
        }
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
        ProbeState probes = pooledProvider.probeState().get();
        ProviderHealth health = pooledProvider.health();
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
