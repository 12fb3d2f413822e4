package dev.understudy.redis;

import dev.understudy.streaming.kept.KeptStreamStore;
import java.time.Duration;
import reactor.core.publisher.Mono;

/** The store as one instance of an application reaches it: once the instance died, nothing of it does. */
final class MortalStore implements KeptStreamStore {

    private final KeptStreamStore store;
    private volatile boolean dead;

    MortalStore(KeptStreamStore store) {
        this.store = store;
    }

    void die() {
        dead = true;
    }

    private <T> Mono<T> alive(Mono<T> operation) {
        return Mono.defer(() -> dead ? Mono.never() : operation);
    }

    @Override
    public Mono<Lease> create(String id, String request, Duration lease, Duration grace) {
        return alive(store.create(id, request, lease, grace));
    }

    @Override
    public Mono<Boolean> append(String id, Append append) {
        return alive(store.append(id, append));
    }

    @Override
    public Mono<Renewal> renew(String id, long fence, Duration lease) {
        return alive(store.renew(id, fence, lease));
    }

    @Override
    public Mono<Lease> acquire(String id, Duration lease, boolean force) {
        return alive(store.acquire(id, lease, force));
    }

    @Override
    public Mono<State> attend(String id, Duration grace) {
        return alive(store.attend(id, grace));
    }

    @Override
    public Mono<Page> read(String id, long after, int most, Duration wait) {
        return alive(store.read(id, after, most, wait));
    }
}
