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

/** Adds what other instances tell to what this door knows, from the making of the door to its closing. */
public final class StateSubscriber implements Disposable {

    private static final Duration SOON = Duration.ofSeconds(1);
    private static final Duration LATER = Duration.ofSeconds(30);

    private final ProviderPool providerPool;
    private final Cooldowns cooldowns;
    private final StatePublisher statePublisher;
    private final TimeSource timeSource;
    private final Disposable listening;

    public StateSubscriber(
            ProviderPool providerPool, Cooldowns cooldowns, StatePublisher statePublisher, TimeSource timeSource) {
        this.providerPool = providerPool;
        this.cooldowns = cooldowns;
        this.statePublisher = statePublisher;
        this.timeSource = timeSource;
        // Nobody else subscribes to background work: it belongs to the door and ends with it.
        this.listening = statePublisher.isSilent() ? Disposables.disposed() : loop().subscribe();
    }

    private Flux<SharedState.Told> loop() {
        return Flux.defer(statePublisher.shared()::heard)
                .concatWith(Flux.error(Ended::new))
                .doOnNext(this::apply)
                .retryWhen(Retry.backoff(Long.MAX_VALUE, SOON)
                        .maxBackoff(LATER)
                        .transientErrors(true)
                        .scheduler(timeSource.scheduler()));
    }

    /** What cannot be understood must not keep the next word from being heard. */
    private void apply(SharedState.Told told) {
        if (!told.from().equals(statePublisher.from())) {
            try {
                apply(told.word(), timeSource.nanos());
            } catch (RuntimeException e) {
                // Dropped, as SharedStanding promises.
            }
        }
    }

    private void apply(SharedState.Word word, long now) {
        if (word instanceof SharedState.Gated gated) {
            cooldowns.remoteCooldown(gated.provider(), gated.model(), gated.why(), reading(gated.until(), now), now);
        } else if (word instanceof SharedState.Ungated ungated) {
            cooldowns.remoteEnded(ungated.provider(), ungated.model());
        } else if (word instanceof SharedState.Opened opened) {
            PooledProvider pooledProvider = member(opened.provider());
            if (pooledProvider != null) {
                pooledProvider.circuit(opened.model()).remoteOpened(opened.why(), reading(opened.until(), now), now);
            }
        } else if (word instanceof SharedState.Closed closed) {
            PooledProvider pooledProvider = member(closed.provider());
            if (pooledProvider != null) {
                pooledProvider.circuit(closed.model()).remoteClosed(now);
            }
        } else if (word instanceof SharedState.Held held) {
            hold(held, now);
        } else if (word instanceof SharedState.Released released) {
            release(released, now);
        } else if (word instanceof SharedState.Active active && active.door().equals(statePublisher.door())) {
            providerPool.applyRemote(active.provider(), active.byHand(), now);
        } else if (word instanceof SharedState.Spent spent) {
            PooledProvider pooledProvider = member(spent.provider());
            if (pooledProvider != null) {
                pooledProvider.limiter().heard(spent.requests(), spent.tokens(), now);
            }
        }
    }

    private void hold(SharedState.Held held, long now) {
        PooledProvider pooledProvider = member(held.provider());
        Instant until = held.until();
        Duration forHowLong = until == null ? null : Duration.ofNanos(reading(until, now) - now);
        if (pooledProvider == null || (forHowLong != null && forHowLong.isNegative())) {
            return;
        }
        if (held.model() == null) {
            pooledProvider.hold(forHowLong, now);
        } else {
            pooledProvider.circuit(held.model()).forceOpen(forHowLong, now);
        }
    }

    private void release(SharedState.Released released, long now) {
        PooledProvider pooledProvider = member(released.provider());
        if (pooledProvider == null) {
            return;
        }
        if (released.model() == null) {
            pooledProvider.release();
        } else {
            pooledProvider.circuit(released.model()).release(now);
        }
    }

    private long reading(Instant until, long now) {
        return statePublisher.reading(until, now);
    }

    private @Nullable PooledProvider member(String name) {
        return providerPool.find(name).orElse(null);
    }

    @Override
    public void dispose() {
        listening.dispose();
    }

    @Override
    public boolean isDisposed() {
        return listening.isDisposed();
    }

    /** The words ended; a door that is open listens on. */
    private static final class Ended extends RuntimeException {
        Ended() {
            super("the shared standing ended", null, false, false);
        }
    }
}
