package dev.understudy.streaming.kept;

import dev.understudy.streaming.PositionedChunk;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.util.retry.Retry;

/**
 * One reader of a stream: reads page after page as it has demand, and records its presence meanwhile. When no instance
 * generates, it requests a takeover.
 */
final class StreamReader {

    static final int PAGE = 128;

    /** Longest time of one read that waits for entries. */
    private static final Duration WAIT = Duration.ofSeconds(10);

    /** A grace period below is measured no more often than a lease. */
    private static final Duration SHORTEST = Duration.ofMillis(30);

    private static final int RETRIES = 8;
    private static final Duration FIRST_RETRY = Duration.ofMillis(50);

    private final KeptStreamStore store;
    private final Duration lease;
    private final Duration grace;
    private final Scheduler scheduler;
    private final String id;
    private long position;

    /** Chunks of a page, and the end of the stream if it was reached. */
    private record Read(List<PositionedChunk> chunks, EntryFormat.@Nullable End end) {}

    StreamReader(KeptStreamStore store, Duration lease, Duration grace, Scheduler scheduler, String id, long after) {
        this.store = store;
        this.lease = lease;
        this.grace = grace;
        this.scheduler = scheduler;
        this.id = id;
        this.position = after;
    }

    /**
     * Reads the stream.
     *
     * @param takeOver continues the generation, unless another instance does
     */
    Flux<PositionedChunk> chunks(Mono<Void> takeOver) {
        return Mono.defer(this::page)
                .flux()
                .concatMap(
                        page -> Mono.fromSupplier(() -> read(page)),
                        1) // requests the page at once: its time is limited
                .repeat()
                .takeUntil(read -> read.end != null)
                .concatMap(StreamReader::chunks, 1)
                .takeUntilOther(presence(takeOver));
    }

    /** Reads a page. A store that does not answer is asked again, without waiting for entries, for a limited time. */
    private Mono<KeptStreamStore.Page> page() {
        return store.read(id, position, PAGE, WAIT)
                .timeout(WAIT.plus(lease), scheduler)
                .onErrorResume(failed -> Mono.delay(FIRST_RETRY, scheduler).then(pageAgain()))
                .timeout(WAIT.plus(lease.multipliedBy(3)), scheduler)
                .onErrorMap(failed -> new KeptStreamException(KeptStreamException.Reason.UNAVAILABLE, failed));
    }

    private Mono<KeptStreamStore.Page> pageAgain() {
        return store.read(id, position, PAGE, Duration.ZERO)
                .timeout(lease.dividedBy(2), scheduler)
                .retryWhen(Retry.backoff(RETRIES - 1L, FIRST_RETRY)
                        .maxBackoff(lease.dividedBy(4))
                        .scheduler(scheduler)
                        .onRetryExhaustedThrow((retry, signal) -> signal.failure()));
    }

    private Read read(KeptStreamStore.Page page) {
        if (page.state() == KeptStreamStore.State.UNKNOWN) {
            throw new KeptStreamException(
                    page.first() == 0 ? KeptStreamException.Reason.UNKNOWN : KeptStreamException.Reason.POSITION_LOST);
        }
        if (page.first() != position + 1) {
            throw new KeptStreamException(KeptStreamException.Reason.POSITION_LOST);
        }
        List<PositionedChunk> chunks = new ArrayList<>(page.entries().size());
        for (String entry : page.entries()) {
            position++;
            EntryFormat.Entry read = EntryFormat.entry(entry);
            if (read instanceof EntryFormat.End end) {
                return new Read(chunks, end);
            }
            chunks.add(new PositionedChunk(id, position, ((EntryFormat.Chunk) read).chunk()));
        }
        boolean over =
                page.state() == KeptStreamStore.State.ENDED && page.entries().isEmpty();
        return new Read(chunks, over ? new EntryFormat.End(null) : null);
    }

    private static Flux<PositionedChunk> chunks(Read read) {
        Flux<PositionedChunk> chunks = Flux.fromIterable(read.chunks);
        RuntimeException error = read.end == null ? null : read.end.error();
        return error == null ? chunks : chunks.concatWith(Mono.error(error));
    }

    /** Records the presence of the reader while it reads. Emits nothing. */
    private Mono<Void> presence(Mono<Void> takeOver) {
        Duration shorter = lease.compareTo(grace) < 0 ? lease : grace;
        Duration period = shorter.compareTo(SHORTEST) < 0 ? lease.dividedBy(3) : shorter.dividedBy(3);
        return Flux.interval(Duration.ZERO, period, scheduler)
                .onBackpressureDrop()
                .concatMap(tick -> attend(grace.plus(period), takeOver), 0)
                .then(Mono.never());
    }

    private Mono<Void> attend(Duration present, Mono<Void> takeOver) {
        return store.attend(id, present)
                .timeout(lease, scheduler)
                .flatMap(state -> state == KeptStreamStore.State.ABANDONED ? takeOver : Mono.empty())
                .onErrorComplete();
    }
}
