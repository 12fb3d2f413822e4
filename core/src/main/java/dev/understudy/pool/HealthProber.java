package dev.understudy.pool;

import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.guard.FailureClassifier;
import dev.understudy.guard.ProbeState;
import dev.understudy.guard.TimeSource;
import dev.understudy.policy.HealthCheckPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;

/** Looks after providers in the background, from the making of the door to its closing. */
public final class HealthProber implements Disposable {

    private final HealthCheckPolicy usual;
    private final PoolEvents events;
    private final TimeSource timeSource;
    private final RandomGenerator random;
    private final Disposable.Composite running = Disposables.composite();

    /** @param usual how a member is probed that has no policy of its own */
    public HealthProber(
            List<PooledProvider> pooledProviders,
            HealthCheckPolicy usual,
            PoolEvents events,
            TimeSource timeSource,
            RandomGenerator random) {
        this.usual = usual;
        this.events = events;
        this.timeSource = timeSource;
        this.random = random;
        for (PooledProvider pooledProvider : pooledProviders) {
            if (probes(pooledProvider).enabled()) {
                // Nobody else subscribes to background work: it belongs to the door and ends with it.
                running.add(loop(pooledProvider).subscribe());
            }
        }
    }

    private HealthCheckPolicy probes(PooledProvider pooledProvider) {
        HealthCheckPolicy own = pooledProvider.options().healthChecks();
        return own == null ? usual : own;
    }

    private Mono<Void> loop(PooledProvider pooledProvider) {
        return Mono.defer(() -> probe(pooledProvider))
                .then(Mono.defer(() -> Mono.delay(pause(pooledProvider), timeSource.scheduler())))
                .repeat()
                .then();
    }

    private Mono<Void> probe(PooledProvider pooledProvider) {
        pooledProvider.checkup().updateAndGet(ProbeState::begun);
        return Mono.defer(() ->
                        ask(pooledProvider.provider(), probes(pooledProvider).query()))
                .timeout(probes(pooledProvider).timeout(), timeSource.scheduler())
                .then(Mono.fromRunnable(() -> ended(pooledProvider, null)))
                .onErrorResume(error -> Mono.fromRunnable(() -> ended(pooledProvider, error)))
                .doOnCancel(() -> pooledProvider.checkup().updateAndGet(ProbeState::abandoned))
                .then();
    }

    private static Mono<Void> ask(ChatProvider provider, @Nullable ChatRequest query) {
        return query == null ? provider.probe() : provider.chat(query).then();
    }

    private void ended(PooledProvider pooledProvider, @Nullable Throwable error) {
        Instant last = Instant.ofEpochMilli(timeSource.scheduler().now(TimeUnit.MILLISECONDS));
        String why = error == null ? null : FailureClassifier.failure(error).toString();
        boolean was = pooledProvider.outOfRotation();
        long at = timeSource.nanos();
        pooledProvider
                .checkup()
                .updateAndGet(probeState -> probeState.ended(error == null, why, probes(pooledProvider), last, at));
        if (pooledProvider.outOfRotation() != was) {
            events.healthChanged(pooledProvider.name(), pooledProvider.status(), why);
        }
    }

    private Duration pause(PooledProvider pooledProvider) {
        long interval = probes(pooledProvider).interval().toNanos();
        return Duration.ofNanos((long) (interval * (0.9 + 0.2 * random.nextDouble())));
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
