package dev.understudy.pool;

import dev.understudy.guard.TimeSource;
import dev.understudy.shared.SharedState;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.util.retry.Retry;

/** Applies the updates of other instances to a pool, from the construction of an understudy until it is closed. */
public final class StateSubscriber implements Disposable {

    private static final Duration MIN_BACKOFF = Duration.ofSeconds(1);
    private static final Duration MAX_BACKOFF = Duration.ofSeconds(30);

    /** Time for which the active provider of another instance counts towards a quorum. */
    private static final Duration REPORT = Duration.ofMinutes(10);

    private final ProviderPool providerPool;
    private final Cooldowns cooldowns;
    private final StatePublisher statePublisher;
    private final TimeSource timeSource;
    private final SharedState.Adoption adoption;
    private final RemoteCircuits remoteCircuits;
    private final RemoteReports changes = new RemoteReports();
    private final Disposable subscription;

    public StateSubscriber(
            ProviderPool providerPool, Cooldowns cooldowns, StatePublisher statePublisher, TimeSource timeSource) {
        this.providerPool = providerPool;
        this.cooldowns = cooldowns;
        this.statePublisher = statePublisher;
        this.timeSource = timeSource;
        this.adoption = statePublisher.shared().adoption();
        this.remoteCircuits = new RemoteCircuits(adoption);
        // Background work has no other subscriber: the understudy owns it and disposes it.
        this.subscription = statePublisher.isOff() ? Disposables.disposed() : loop().subscribe();
    }

    private Flux<SharedState.Message> loop() {
        return Flux.defer(statePublisher.shared()::updates)
                .concatWith(Flux.error(Completed::new))
                .doOnNext(this::apply)
                .retryWhen(Retry.backoff(Long.MAX_VALUE, MIN_BACKOFF)
                        .maxBackoff(MAX_BACKOFF)
                        .transientErrors(true)
                        .scheduler(timeSource.scheduler()));
    }

    /** Applies one message; one that fails must not end the subscription. */
    private void apply(SharedState.Message message) {
        if (!message.source().equals(statePublisher.source())) {
            try {
                apply(message.source(), message.update(), timeSource.nanos());
            } catch (RuntimeException e) {
                // Dropped, as SharedState promises.
            }
        }
    }

    private void apply(String source, SharedState.Update update, long now) {
        if (update instanceof SharedState.CooldownStarted started) {
            cooldowns.remoteCooldown(
                    started.provider(), started.model(), started.kind(), reading(started.until(), now), now);
        } else if (update instanceof SharedState.CooldownEnded ended) {
            cooldowns.remoteEnded(ended.provider(), ended.model());
        } else if (update instanceof SharedState.CircuitOpened opened) {
            PooledProvider pooledProvider = find(opened.provider());
            if (pooledProvider != null) {
                remoteCircuits.opened(pooledProvider, source, opened, reading(opened.until(), now), now);
            }
        } else if (update instanceof SharedState.CircuitClosed closed) {
            PooledProvider pooledProvider = find(closed.provider());
            if (pooledProvider != null) {
                remoteCircuits.closed(pooledProvider, source, closed, now);
            }
        } else if (update instanceof SharedState.HoldStarted hold) {
            hold(hold, now);
        } else if (update instanceof SharedState.HoldEnded ended) {
            release(ended, now);
        } else if (update instanceof SharedState.ActiveProvider active
                && active.understudy().equals(statePublisher.understudy())) {
            active(source, active, now);
        } else if (update instanceof SharedState.LimitSpent spent) {
            PooledProvider pooledProvider = find(spent.provider());
            if (pooledProvider != null) {
                pooledProvider.limiter().spentElsewhere(spent.requests(), spent.tokens(), now);
            }
        }
    }

    /** A return to the primary is adopted at once: it takes no provider away. */
    private void active(String source, SharedState.ActiveProvider change, long now) {
        int instances = changes.add(change.key(), source, change.provider(), now + REPORT.toNanos(), now);
        boolean returns = change.provider().equals(providerPool.primary().name());
        boolean failedHere = providerPool.active().health().consecutiveFailures() > 0;
        if (change.manual() || returns || adoption.adopts(instances, failedHere)) {
            providerPool.applyRemote(change.provider(), change.manual(), now);
        }
    }

    private void hold(SharedState.HoldStarted hold, long now) {
        PooledProvider pooledProvider = find(hold.provider());
        Instant until = hold.until();
        Duration duration = until == null ? null : Duration.ofNanos(reading(until, now) - now);
        if (pooledProvider == null || (duration != null && duration.isNegative())) {
            return;
        }
        if (hold.model() == null) {
            providerPool.hold(pooledProvider, duration, true, now);
        } else {
            pooledProvider.circuit(hold.model()).forceOpen(duration, now);
        }
    }

    private void release(SharedState.HoldEnded ended, long now) {
        PooledProvider pooledProvider = find(ended.provider());
        if (pooledProvider == null) {
            return;
        }
        if (ended.model() == null) {
            providerPool.release(pooledProvider, true, now);
        } else {
            pooledProvider.circuit(ended.model()).release(now);
        }
    }

    private long reading(Instant until, long now) {
        return statePublisher.reading(until, now);
    }

    private @Nullable PooledProvider find(String name) {
        return providerPool.find(name).orElse(null);
    }

    @Override
    public void dispose() {
        subscription.dispose();
    }

    @Override
    public boolean isDisposed() {
        return subscription.isDisposed();
    }

    /** The stream of updates completed; an open understudy subscribes again. */
    private static final class Completed extends RuntimeException {
        Completed() {
            super("the stream of shared updates completed", null, false, false);
        }
    }
}
