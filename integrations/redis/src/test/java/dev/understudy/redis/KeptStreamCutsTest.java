package dev.understudy.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.StreamChunk;
import dev.understudy.streaming.PositionedChunk;
import dev.understudy.streaming.ResumePolicy;
import dev.understudy.streaming.ResumingProvider;
import dev.understudy.streaming.kept.KeptStreamException;
import dev.understudy.streaming.kept.KeptStreamStore;
import dev.understudy.streaming.kept.KeptStreams;
import io.lettuce.core.KillArgs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

/** Readers, vendors, instances and connections are cut at random, with a real server: readers get each character once. */
class KeptStreamCutsTest {

    private static final int CASES = Integer.getInteger("understudy.kept.redis.cases", 24);
    private static final int AT_A_TIME = Integer.getInteger("understudy.kept.redis.parallel", 12);
    private static final Duration LONG = Duration.ofMinutes(60);
    private static final Duration RETENTION = Duration.ofSeconds(60);
    private static final String PREFIX = "cuts:";

    private static final AtomicLong IDS = new AtomicLong();

    /** Chunks of all readers. */
    private static final AtomicLong RECEIVED = new AtomicLong();

    /** Lost connections of readers, and cuts of vendors and instances. */
    private static final AtomicLong CUTS = new AtomicLong();

    /** Progress between two losses of all connections, however slow this machine is. */
    private static final int CHUNKS_BETWEEN_KILLS = 40;

    private static RedisServer server;

    @BeforeAll
    static void start() {
        server = RedisServer.start();
    }

    @AfterAll
    static void stop() throws IOException {
        if (server != null) {
            server.close();
            Files.writeString(Files.createDirectories(Path.of("target")).resolve("kept-cuts.txt"), CUTS + " cuts\n");
        }
    }

    @Test
    void readersGetEachCharacterOnce() {
        try (RedisConnections connections = RedisConnections.of(
                        RedisOptions.of(server.uri()).withTimeouts(Duration.ofSeconds(5), Duration.ofSeconds(5)));
                RedisKeptStreamStore store = RedisKeptStreamStore.of(
                        connections, KeptStreamStore.Limits.defaults().withRetention(RETENTION), PREFIX)) {
            List<String> failed = Flux.range(0, CASES)
                    .flatMap(seed -> new Case(seed, store).play(), AT_A_TIME)
                    .filter(result -> !result.isEmpty())
                    .collectList()
                    .block(LONG);
            assertThat(failed).isEmpty();
            assertThat(CUTS.get()).as("cuts").isGreaterThan(2L * CASES);
            assertThat(longestTtl(connections)).isLessThanOrEqualTo(RETENTION.toMillis());
        }
    }

    @Test
    void readersGetEachCharacterOnceWhileConnectionsAreLost() {
        try (RedisConnections connections = RedisConnections.of(server.uri());
                RedisConnections killer = RedisConnections.of(server.uri());
                RedisKeptStreamStore store = RedisKeptStreamStore.of(
                        connections, KeptStreamStore.Limits.defaults().withRetention(RETENTION), PREFIX)) {
            AtomicLong before = new AtomicLong(RECEIVED.get());
            Disposable kills = Flux.interval(Duration.ofMillis(100))
                    .onBackpressureDrop()
                    .filter(tick -> RECEIVED.get() - before.get() > CHUNKS_BETWEEN_KILLS)
                    .doOnNext(tick -> before.set(RECEIVED.get()))
                    .concatMap(tick -> killer.call(commands ->
                                    commands.clientKill(KillArgs.Builder.skipme())) // the others of this process
                            .onErrorComplete())
                    .subscribe();
            List<String> failed = Flux.range(0, Math.max(4, CASES / 4))
                    .flatMap(seed -> new Case(seed, store).losingConnections().play(), AT_A_TIME)
                    .filter(result -> !result.isEmpty())
                    .collectList()
                    .block(LONG);
            kills.dispose();
            assertThat(failed).isEmpty();
        }
    }

    @Test
    void nothingIsLeftAfterTheRetention() {
        try (RedisConnections connections = RedisConnections.of(server.uri());
                RedisKeptStreamStore store = RedisKeptStreamStore.of(
                        connections,
                        KeptStreamStore.Limits.defaults().withRetention(Duration.ofSeconds(2)),
                        "brief:")) {
            List<String> failed = Flux.range(0, 4)
                    .flatMap(seed -> new Case(seed, store).play(), 4)
                    .filter(result -> !result.isEmpty())
                    .collectList()
                    .block(LONG);
            assertThat(failed).isEmpty();
            Mono.defer(() -> connections.call(
                            commands -> commands.keys("brief:*").collectList()))
                    .filter(List::isEmpty)
                    .repeatWhenEmpty(empty -> empty.delayElements(Duration.ofMillis(100)))
                    .block(Duration.ofSeconds(60));
        }
    }

    /** The longest time to live of all keys; a key without one counts as for ever. */
    private static long longestTtl(RedisConnections connections) {
        Long longest = connections
                .call(commands -> commands.keys(PREFIX + "*").collectList())
                .flatMapMany(Flux::fromIterable)
                .flatMap(key -> connections.call(commands -> commands.pttl(key)), 16)
                .map(left -> left == -1 ? Long.MAX_VALUE : left)
                .reduce(0L, Math::max)
                .block(LONG);
        return longest == null ? 0 : longest;
    }

    /** One answer with two instances, one of which may die. */
    private static final class Case {

        private final Random random;
        private final int seed;
        private final KeptStreamStore store;
        private final boolean cutReader;
        private final boolean cutVendor;
        private final boolean cutInstance;
        private final String expected;
        private final Continuing vendor;
        private final ChatRequest request;
        private final List<KeptStreams> instances = new ArrayList<>();
        private final List<MortalStore> mortals = new ArrayList<>();
        private final StringBuffer text = new StringBuffer();
        private final Sinks.Empty<Void> dead = Sinks.empty();
        private boolean lossy;
        private volatile boolean died;
        private volatile int finished;
        private volatile long position;
        private volatile @Nullable String lastEventId;
        private volatile String verdict = "";

        Case(int seed, KeptStreamStore store) {
            this.seed = seed;
            this.random = new Random(seed);
            this.store = store;
            this.cutReader = (seed & 1) == 1;
            this.cutVendor = (seed & 2) == 2;
            this.cutInstance = (seed & 4) == 4;
            this.expected = words(60 + random.nextInt(60));
            this.vendor = new Continuing(expected, cutVendor ? 1 : 0, 20 + random.nextInt(20));
            ChatRequest plain = ChatRequest.of("m", "Write");
            this.request = random.nextBoolean() ? plain.withTemperature(0) : plain;
            for (int i = 0; i < 2; i++) {
                MortalStore mortal = new MortalStore(store);
                mortals.add(mortal);
                instances.add(new KeptStreams(
                        ResumingProvider.over(vendor, ResumePolicy.exact().withTakeovers(10)),
                        mortal,
                        KeptStreams.Options.defaults()
                                .withLease(cutInstance ? Duration.ofMillis(400) : Duration.ofSeconds(10))
                                .withGrace(Duration.ofMinutes(2))
                                .withTakeovers(100)
                                .withStoreTimeout(Duration.ofSeconds(30))
                                .withRequired(true),
                        () -> "case" + IDS.incrementAndGet(),
                        Schedulers.parallel()));
            }
        }

        Case losingConnections() {
            lossy = true;
            return this;
        }

        private String words(int count) {
            StringBuilder words = new StringBuilder("It");
            for (int i = 0; i < count; i++) {
                words.append(' ')
                        .append((char) ('a' + random.nextInt(26)))
                        .append("wörd👍")
                        .append(random.nextInt(1000));
            }
            return words.append('.').toString();
        }

        /** Emits "" or what is wrong. */
        Mono<String> play() {
            Mono<Void> death = cutInstance
                    ? Mono.delay(Duration.ofMillis(20 + random.nextInt(250)))
                            .doOnNext(now -> die())
                            .then()
                    : Mono.empty();
            CUTS.addAndGet(cutVendor ? 1 : 0);
            return Mono.when(death, reading().repeat(this::readsOn))
                    .then(Mono.fromSupplier(this::check))
                    .timeout(Duration.ofMinutes(3), Mono.fromSupplier(() -> "stands still: " + this))
                    .doFinally(end -> instances.forEach(KeptStreams::close));
        }

        private boolean readsOn() {
            boolean again = finished == 0 && verdict.isEmpty();
            CUTS.addAndGet(again ? 1 : 0);
            return again;
        }

        private void die() {
            CUTS.incrementAndGet();
            died = true;
            mortals.get(0).die();
            dead.tryEmitEmpty();
            instances.get(0).close();
        }

        /** One connection of the reader. */
        private Flux<PositionedChunk> reading() {
            return Flux.defer(() -> {
                int at = died || (lastEventId != null && random.nextBoolean()) ? 1 : 0;
                // A reader notices the death of its instance by the loss of its connection.
                Flux<PositionedChunk> chunks = instances.get(at).stream(request, lastEventId)
                        .takeUntilOther(at == 0 ? dead.asMono() : Mono.never())
                        .publishOn(Schedulers.parallel(), 1)
                        .doOnNext(this::take)
                        .onErrorResume(this::failed);
                return cutReader ? chunks.take(1 + random.nextInt(30)) : chunks;
            });
        }

        private synchronized void take(PositionedChunk one) {
            if (one.position() != position + 1 && verdict.isEmpty()) {
                verdict = "position " + one.position() + " after " + position + ": " + this;
            }
            RECEIVED.incrementAndGet();
            position = one.position();
            lastEventId = one.eventId();
            text.append(one.chunk().text());
            finished += one.chunk() instanceof StreamChunk.Finish ? 1 : 0;
        }

        private Flux<PositionedChunk> failed(Throwable error) {
            boolean expectedLoss = error instanceof KeptStreamException kept
                    && kept.reason() == KeptStreamException.Reason.UNAVAILABLE
                    && lossy;
            if (!expectedLoss) {
                verdict = error + ": " + this;
            }
            return Mono.<PositionedChunk>empty()
                    .delaySubscription(Duration.ofMillis(50))
                    .flux();
        }

        private String check() {
            if (verdict.isEmpty() && (finished != 1 || !text.toString().equals(expected))) {
                verdict = "text differs, finished " + finished + ": " + this;
            }
            boolean once = !died && !cutVendor && !lossy;
            if (verdict.isEmpty() && once && vendor.calls() != 1) {
                verdict = "paid " + vendor.calls() + " times: " + this;
            }
            return verdict;
        }

        @Override
        public String toString() {
            return "seed " + seed + (cutReader ? ", reader" : "") + (cutVendor ? ", vendor" : "")
                    + (cutInstance ? ", instance" : "") + ", calls " + vendor.calls() + ", live " + vendor.live()
                    + ", position " + position + ", text " + text.length() + " of " + expected.length();
        }
    }
}
