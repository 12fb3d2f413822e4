package dev.understudy.streaming.kept;

import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.StreamChunk;
import dev.understudy.streaming.PositionedChunk;
import dev.understudy.streaming.ResumingProvider;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * Streams of a provider that outlive their readers. {@link #start} begins an answer under an unguessable id; its chunks are
 * kept in a {@link KeptStreamStore}, and each reader reads them from there. A reader that lost its connection continues
 * with {@link #resume} after the last event that it received, on this instance or on another one with the same store, while
 * the answer is generated or after its end. When the generating instance ends, the instance of a reader takes over: it
 * continues the answer from the stored chunks by the strategies of the {@link ResumingProvider}.
 *
 * <p>Readers do not slow the generation: a slow reader holds at most two pages of chunks and reads the rest later. Without
 * a reader for longer than the grace period, the call of the provider is cancelled.
 *
 * <p>Thread-safe; nothing blocks.
 */
public final class KeptStreams implements AutoCloseable {

    private final BiFunction<ChatRequest, List<StreamChunk>, Flux<StreamChunk>> answers;
    private final KeptStreamStore store;
    private final Options options;
    private final Supplier<String> ids;
    private final Scheduler scheduler;
    private final Map<String, Running> running = new ConcurrentHashMap<>();
    private final Set<String> acquiring = ConcurrentHashMap.newKeySet(); // ids of streams
    private final Sinks.Empty<Void> closing = Sinks.empty(); // fails the readers
    private volatile boolean closed;

    /** A generation of this instance. */
    private record Running(Generation generation, Disposable.Swap subscription) {}

    /**
     * Creates kept streams with all inputs.
     *
     * @param provider provider of the answers; one that is no {@link ResumingProvider} gets the default policy
     * @param store store of the chunks
     * @param options durations and limits
     * @param ids makes ids, which must be unguessable and without a full stop
     * @param scheduler clock and timers
     */
    public KeptStreams(
            ChatProvider provider, KeptStreamStore store, Options options, Supplier<String> ids, Scheduler scheduler) {
        this(resuming(provider)::streamAfter, store, options, ids, scheduler);
    }

    private KeptStreams(
            BiFunction<ChatRequest, List<StreamChunk>, Flux<StreamChunk>> answers,
            KeptStreamStore store,
            Options options,
            Supplier<String> ids,
            Scheduler scheduler) {
        this.answers = answers;
        this.store = store;
        this.options = options;
        this.ids = ids;
        this.scheduler = scheduler;
    }

    private static ResumingProvider resuming(ChatProvider provider) {
        return provider instanceof ResumingProvider resuming ? resuming : ResumingProvider.over(provider);
    }

    /**
     * Creates kept streams with default options.
     *
     * @param provider provider of the answers; a {@link ResumingProvider} determines how another instance continues them
     * @param store store of the chunks, shared by all instances
     * @return the streams
     */
    public static KeptStreams over(ChatProvider provider, KeptStreamStore store) {
        return over(provider, store, Options.defaults());
    }

    /**
     * Creates kept streams.
     *
     * @param provider provider of the answers; a {@link ResumingProvider} determines how another instance continues them
     * @param store store of the chunks, shared by all instances
     * @param options durations and limits
     * @return the streams
     */
    public static KeptStreams over(ChatProvider provider, KeptStreamStore store, Options options) {
        return new KeptStreams(provider, store, options, StreamIds.secure(), Schedulers.parallel());
    }

    /**
     * Creates kept streams of several providers, of which each request names one.
     *
     * @param answers generates an answer, or what follows the delivered chunks, which are none for a new answer: for one
     *     provider {@link ResumingProvider#streamAfter}. The chunks that it emits are kept
     * @param store store of the chunks, shared by all instances
     * @param options durations and limits
     * @return the streams
     */
    public static KeptStreams of(
            BiFunction<ChatRequest, List<StreamChunk>, Flux<StreamChunk>> answers,
            KeptStreamStore store,
            Options options) {
        return new KeptStreams(answers, store, options, StreamIds.secure(), Schedulers.parallel());
    }

    /**
     * Returns a new store in the memory of this process, with default limits.
     *
     * @return the store
     */
    public static KeptStreamStore inMemoryStore() {
        return inMemoryStore(KeptStreamStore.Limits.defaults(), Schedulers.parallel());
    }

    /**
     * Returns a new store in the memory of this process.
     *
     * @param limits limits of the store
     * @param scheduler clock and timers
     * @return the store
     */
    public static KeptStreamStore inMemoryStore(KeptStreamStore.Limits limits, Scheduler scheduler) {
        return new InMemoryKeptStreamStore(limits, scheduler);
    }

    /**
     * Starts an answer. Its generation begins when the Mono is subscribed to, and goes on without readers for the grace
     * period. When the store fails, the answer is delivered without being kept, unless
     * {@link Options#required()}.
     *
     * @param request the request
     * @return the id of the stream, and its chunks
     */
    public Mono<Kept> start(ChatRequest request) {
        return Mono.deferContextual(context -> {
            if (closed) {
                return unkept(request, unavailable(), context);
            }
            String id = ids.get();
            long sent = now();
            return store.create(id, EntryFormat.request(request), options.lease(), options.grace())
                    .timeout(options.storeTimeout(), scheduler)
                    .map(lease -> {
                        Generation generation = generation(id, lease, sent);
                        launch(
                                generation,
                                generation
                                        .run(answers.apply(request, List.of()))
                                        .contextWrite(Context.of(context)));
                        return new Kept(id, read(id, 0));
                    })
                    .onErrorResume(error -> unkept(request, error, context));
        });
    }

    private Mono<Kept> unkept(ChatRequest request, Throwable error, ContextView context) {
        if (options.required()) {
            return Mono.error(typed(error));
        }
        Flux<PositionedChunk> chunks = answers.apply(request, List.of())
                .index((position, chunk) -> new PositionedChunk("", position + 1, chunk))
                .contextWrite(Context.of(context));
        return Mono.just(new Kept("", chunks));
    }

    private static KeptStreamException unavailable() {
        return new KeptStreamException(KeptStreamException.Reason.UNAVAILABLE);
    }

    private static KeptStreamException typed(Throwable error) {
        return error instanceof KeptStreamException kept
                ? kept
                : new KeptStreamException(KeptStreamException.Reason.UNAVAILABLE, error);
    }

    /**
     * Continues to read a stream: emits the chunks after an event, first the kept ones and then new ones as they arrive.
     * Completes without a chunk if the event was the last one. Fails with the failure of the answer, or with
     * {@link KeptStreamException}. Any number of readers can read a stream.
     *
     * @param lastEventId {@link PositionedChunk#eventId()} of the last chunk that was received
     * @return the chunks after it
     */
    public Flux<PositionedChunk> resume(String lastEventId) {
        int point = lastEventId.lastIndexOf('.');
        try {
            long position = Long.parseLong(lastEventId, point + 1, lastEventId.length(), 10);
            if (point > 0 && position >= 0) {
                return read(lastEventId.substring(0, point), position);
            }
        } catch (NumberFormatException noPosition) {
            // as for any other id that no stream has
        }
        return Flux.error(() -> new KeptStreamException(KeptStreamException.Reason.UNKNOWN));
    }

    /**
     * Starts an answer, or continues to read one: for a server that gets the request again with {@code Last-Event-ID}. A client
     * that loses its connection before the first event has no id to send: one that repeats the request by itself, as the
     * EventSource of browsers, starts and pays a second answer. For such clients use {@link #start} in one route, and
     * {@link #resume} in another one with the id in its address.
     *
     * @param request the request, used if there is no event id
     * @param lastEventId value of {@code Last-Event-ID}; {@code null} or "" to start an answer
     * @return the chunks
     */
    public Flux<PositionedChunk> stream(ChatRequest request, @Nullable String lastEventId) {
        return lastEventId == null || lastEventId.isEmpty()
                ? start(request).flatMapMany(Kept::chunks)
                : resume(lastEventId);
    }

    /**
     * Cancels a stream: its generation ends, on any instance, and its readers fail with
     * {@link KeptStreamException.Reason#CANCELLED}. Does nothing if the stream ended or is unknown.
     *
     * @param stream id of the stream
     * @return completes when the end is stored
     */
    public Mono<Void> cancel(String stream) {
        return store.acquire(stream, options.lease(), true)
                .flatMap(lease -> generation(stream, lease, now()).end(EntryFormat.cancelled()))
                .doOnTerminate(() -> stop(stream));
    }

    /**
     * Stops all generations of this instance and releases their leases, so that other instances take over. Readers of this
     * instance fail with {@link KeptStreamException.Reason#UNAVAILABLE} from now on, so that they continue elsewhere, and
     * {@link #start} keeps nothing.
     */
    @Override
    public void close() {
        closed = true;
        running.forEach((id, one) -> {
            stop(id);
            one.generation.release().onErrorComplete().subscribe();
        });
        closing.tryEmitError(unavailable());
    }

    /** Number of answers that this instance generates. */
    int generations() {
        return running.size();
    }

    private void stop(String id) {
        Running stopped = running.remove(id);
        if (stopped != null) {
            stopped.subscription.dispose();
        }
    }

    private Flux<PositionedChunk> read(String id, long after) {
        return Flux.defer(() -> new StreamReader(store, options.lease(), options.grace(), scheduler, id, after)
                        .chunks(takeOver(id)))
                .takeUntilOther(closing.asMono());
    }

    private long now() {
        return scheduler.now(TimeUnit.MILLISECONDS);
    }

    private Generation generation(String id, KeptStreamStore.Lease lease, long acquired) {
        return new Generation(store, scheduler, id, lease, options.lease(), acquired);
    }

    /** Runs a generation independently of its readers. */
    private void launch(Generation generation, Mono<Void> run) {
        String id = generation.id();
        Running mine = new Running(generation, Disposables.swap());
        Running before = running.put(id, mine);
        if (before != null) {
            before.subscription.dispose();
        }
        if (closed) { // meanwhile, and close() may not have seen this generation
            stop(id);
            generation.release().onErrorComplete().subscribe();
            return;
        }
        mine.subscription.update(
                run.onErrorComplete().doFinally(end -> running.remove(id, mine)).subscribe());
    }

    /**
     * Acquires the lease of a stream whose generating instance ended, and continues its generation. Completes at once: the
     * reader that noticed it may leave meanwhile, and a lease that nobody knows would keep other instances off.
     */
    private Mono<Void> takeOver(String id) {
        return Mono.fromRunnable(() -> {
            if (!closed && acquiring.add(id)) {
                long sent = now();
                store.acquire(id, options.lease(), false)
                        .timeout(options.lease(), scheduler)
                        .doOnNext(lease -> continueFrom(id, lease, sent))
                        .onErrorComplete()
                        .doFinally(end -> acquiring.remove(id))
                        .subscribe();
            }
        });
    }

    private void continueFrom(String id, KeptStreamStore.Lease lease, long acquired) {
        Generation generation = generation(id, lease, acquired);
        launch(generation, generation.takeOver(entries(id), entries -> rest(lease, entries)));
    }

    private Flux<StreamChunk> rest(KeptStreamStore.Lease lease, List<String> entries) {
        return Flux.defer(() -> {
            if (lease.takeovers() > options.takeovers()) {
                return Flux.error(new KeptStreamException(KeptStreamException.Reason.CANCELLED));
            }
            ChatRequest request = EntryFormat.request(lease.request());
            List<StreamChunk> delivered = entries.stream()
                    .map(EntryFormat::entry)
                    .map(entry -> ((EntryFormat.Chunk) entry).chunk())
                    .toList();
            boolean complete =
                    !delivered.isEmpty() && delivered.get(delivered.size() - 1) instanceof StreamChunk.Finish;
            return complete ? Flux.empty() : answers.apply(request, delivered);
        });
    }

    /** All entries of a stream; empty if its first ones were dropped. */
    private Mono<List<String>> entries(String id) {
        return page(id, 0).filter(page -> page.first() == 1).flatMap(page -> entries(id, page));
    }

    private Mono<KeptStreamStore.Page> page(String id, long after) {
        return store.read(id, after, StreamReader.PAGE, Duration.ZERO).timeout(options.lease(), scheduler);
    }

    private Mono<List<String>> entries(String id, KeptStreamStore.Page first) {
        return Mono.just(first)
                .expand(page -> page.entries().isEmpty()
                        ? Mono.empty()
                        : page(id, page.first() + page.entries().size() - 1))
                .concatMapIterable(KeptStreamStore.Page::entries)
                .collectList();
    }

    /**
     * A kept stream.
     *
     * @param id id of the stream; "" if it is not kept, because the store failed
     * @param chunks all chunks of the stream; each subscriber reads from the beginning if it is kept
     */
    public record Kept(String id, Flux<PositionedChunk> chunks) {}

    /**
     * Options of kept streams.
     *
     * @param lease duration of a lease: the longest time for which a stream stands still after its generating instance was
     *     lost is one and a third of it; 6 s by default
     * @param grace time without a reader after which the generation is cancelled; 30 s by default. Checked with each renewal
     *     of the lease, every third of it
     * @param takeovers limit of takeovers of one stream from instances that were lost; 3 by default. Those from an instance
     *     that was closed do not count
     * @param storeTimeout time after which a store that does not answer {@link #start} counts as failed; 1 s by default
     * @param required {@code true} to fail {@link #start} when the store fails; by default the answer is not kept then
     */
    public record Options(Duration lease, Duration grace, int takeovers, Duration storeTimeout, boolean required) {

        /**
         * Checks the values.
         *
         * @param lease duration of a lease
         * @param grace time without a reader
         * @param takeovers limit of takeovers
         * @param storeTimeout time for the store
         * @param required {@code true} to fail when the store fails
         * @throws IllegalArgumentException if a lease is shorter than 30 ms, or another value is negative
         */
        public Options {
            if (lease.toMillis() < 30 || grace.isNegative() || takeovers < 0 || storeTimeout.toMillis() < 1) {
                throw new IllegalArgumentException("A lease lasts 30 ms or more, and the store gets 1 ms or more: "
                        + lease + ", " + grace + ", " + takeovers + ", " + storeTimeout);
            }
        }

        /**
         * Returns the default options.
         *
         * @return the options
         */
        public static Options defaults() {
            return new Options(Duration.ofSeconds(6), Duration.ofSeconds(30), 3, Duration.ofSeconds(1), false);
        }

        /**
         * Returns a copy with another lease.
         *
         * @param lease duration of a lease
         * @return a copy
         */
        public Options withLease(Duration lease) {
            return new Options(lease, grace, takeovers, storeTimeout, required);
        }

        /**
         * Returns a copy with another grace period.
         *
         * @param grace time without a reader
         * @return a copy
         */
        public Options withGrace(Duration grace) {
            return new Options(lease, grace, takeovers, storeTimeout, required);
        }

        /**
         * Returns a copy with another limit of takeovers.
         *
         * @param takeovers the limit
         * @return a copy
         */
        public Options withTakeovers(int takeovers) {
            return new Options(lease, grace, takeovers, storeTimeout, required);
        }

        /**
         * Returns a copy with another time for the store.
         *
         * @param storeTimeout time after which a store that does not answer counts as failed
         * @return a copy
         */
        public Options withStoreTimeout(Duration storeTimeout) {
            return new Options(lease, grace, takeovers, storeTimeout, required);
        }

        /**
         * Returns a copy that fails or does not fail with the store.
         *
         * @param required {@code true} to fail
         * @return a copy
         */
        public Options withRequired(boolean required) {
            return new Options(lease, grace, takeovers, storeTimeout, required);
        }
    }
}
