package dev.understudy.streaming.kept;

import dev.understudy.chat.StreamChunk;
import dev.understudy.streaming.operator.Batches;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.util.retry.Retry;

/**
 * One generation of an answer on the instance that holds the lease: appends its chunks to the store, in batches while the
 * store is slower, and renews the lease. Ends the call of the provider when the lease is lost, or when no reader was present
 * for longer than the grace period.
 */
final class Generation {

    /** Chunks that wait for the store; the provider is not asked for more. */
    private static final int HELD = 256;

    /** Renewals of a lease while it lasts. */
    private static final int RENEWALS = 3;

    private static final Duration FIRST_RETRY = Duration.ofMillis(50);

    private final KeptStreamStore store;
    private final Scheduler scheduler;
    private final String id;
    private final long fence;
    private final Duration lease;
    private long next = 1; // position of the next entry
    private long renewed; // when the last successful renewal, or the request for the lease, was sent
    private long attempted; // when the last renewal was sent
    private boolean unattended;
    private boolean refused; // an append

    /**
     * @param acquired when the lease was requested
     */
    Generation(
            KeptStreamStore store,
            Scheduler scheduler,
            String id,
            KeptStreamStore.Lease held,
            Duration lease,
            long acquired) {
        this.store = store;
        this.scheduler = scheduler;
        this.id = id;
        this.fence = held.fence();
        this.lease = lease;
        this.renewed = acquired;
        this.attempted = acquired;
    }

    private long now() {
        return scheduler.now(TimeUnit.MILLISECONDS);
    }

    String id() {
        return id;
    }

    /** Runs the generation. Completes at its end, however it ends. */
    Mono<Void> run(Flux<StreamChunk> answer) {
        return whileLeased(appended(answer));
    }

    /**
     * Runs the rest of an answer.
     *
     * @param entries all entries that other instances appended; empty if the first ones were dropped
     * @param rest continues the answer behind the entries
     */
    Mono<Void> takeOver(Mono<List<String>> entries, Function<List<String>, Flux<StreamChunk>> rest) {
        return whileLeased(untilAnswered(entries)
                .flatMapMany(known -> {
                    next = known.size() + 1L;
                    return appended(rest.apply(known));
                })
                .switchIfEmpty(
                        Mono.defer(() -> untilAnswered(end(EntryFormat.lost())).then(Mono.empty()))));
    }

    private Flux<Boolean> appended(Flux<StreamChunk> answer) {
        Flux<String> entries = answer.filter(EntryFormat::isKept)
                .map(EntryFormat::chunk)
                .concatWith(Mono.fromSupplier(EntryFormat::end))
                .onErrorResume(error -> Mono.just(EntryFormat.failed(error)));
        return new Batches<>(entries, HELD).concatMap(this::append, 0).takeWhile(Boolean::booleanValue);
    }

    private Mono<Void> whileLeased(Flux<Boolean> appends) {
        return appends.takeUntilOther(leaseOver())
                .then(untilAnswered(Mono.defer(this::finish)).timeout(lease, Mono.empty(), scheduler));
    }

    private Mono<Void> finish() {
        if (unattended) {
            return end(EntryFormat.cancelled());
        }
        return refused ? endWithoutEntries() : Mono.empty();
    }

    /** Ends a stream that refuses an append although its lease is held: the store lost entries, as a failover may. */
    private Mono<Void> endWithoutEntries() {
        return store.renew(id, fence, lease)
                .filter(renewal -> renewal != KeptStreamStore.Renewal.LOST)
                .flatMap(held -> end(EntryFormat.lost()));
    }

    private Mono<Boolean> append(List<String> entries) {
        boolean last = EntryFormat.isEnd(entries.get(entries.size() - 1));
        KeptStreamStore.Append append = new KeptStreamStore.Append(fence, next, entries, last);
        next += entries.size();
        return untilAnswered(store.append(id, append).timeout(lease.dividedBy(2), scheduler))
                .doOnNext(appended -> refused = !appended);
    }

    /** Repeats an operation of the store until the lease is over. */
    private <T> Mono<T> untilAnswered(Mono<T> operation) {
        return operation.retryWhen(Retry.backoff(Long.MAX_VALUE, FIRST_RETRY)
                .maxBackoff(lease.dividedBy(4))
                .scheduler(scheduler));
    }

    /** Ends the stream with an entry. */
    Mono<Void> end(String entry) {
        return store.append(id, new KeptStreamStore.Append(fence, 0, List.of(entry), true))
                .then();
    }

    /** Releases the lease, so that another instance can take over at once. */
    Mono<Void> release() {
        return store.renew(id, fence, Duration.ZERO).then();
    }

    /** Emits when the lease is lost or over, or no reader was present. */
    private Mono<Boolean> leaseOver() {
        return Mono.defer(() -> Mono.delay(untilRenewal(), scheduler))
                .then(Mono.defer(this::isOver))
                .repeat()
                .filter(Boolean::booleanValue)
                .next();
    }

    private Duration untilRenewal() {
        long due = Math.min(attempted + lease.toMillis() / RENEWALS, renewed + lease.toMillis());
        return Duration.ofMillis(Math.max(0, due - now()));
    }

    private Mono<Boolean> isOver() {
        long sent = now();
        long left = renewed + lease.toMillis() - sent;
        if (left <= 0) {
            return Mono.just(true);
        }
        attempted = sent;
        return store.renew(id, fence, lease)
                .timeout(Duration.ofMillis(Math.min(left, lease.toMillis() / RENEWALS)), scheduler)
                .map(renewal -> {
                    renewed = sent;
                    unattended = renewal == KeptStreamStore.Renewal.UNATTENDED;
                    return renewal != KeptStreamStore.Renewal.HELD;
                })
                .onErrorReturn(false); // the next attempt, or the end of the lease, is awaited
    }
}
