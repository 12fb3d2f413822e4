package dev.understudy.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.streaming.kept.KeptStreamException;
import dev.understudy.streaming.kept.KeptStreamStore;
import dev.understudy.streaming.kept.KeptStreamStore.Append;
import dev.understudy.streaming.kept.KeptStreamStore.Lease;
import dev.understudy.streaming.kept.KeptStreamStore.Limits;
import dev.understudy.streaming.kept.KeptStreamStore.Page;
import dev.understudy.streaming.kept.KeptStreamStore.Renewal;
import dev.understudy.streaming.kept.KeptStreamStore.State;
import dev.understudy.streaming.kept.KeptStreams;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** The store of kept streams on a real server. */
class RedisKeptStreamStoreTest {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration NONE = Duration.ZERO;
    private static final Duration SHORT = Duration.ofMillis(1);
    private static final AtomicInteger IDS = new AtomicInteger();

    private static RedisServer server;

    private RedisConnections connections;
    private RedisKeptStreamStore store;
    private String id;

    @BeforeAll
    static void start() {
        server = RedisServer.start();
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @BeforeEach
    void connect() {
        connections = RedisConnections.of(server.uri());
        store = RedisKeptStreamStore.of(connections);
        id = "id" + IDS.incrementAndGet();
    }

    @AfterEach
    void close() {
        store.close();
        connections.close();
    }

    private static <T> T get(Mono<T> mono) {
        return mono.block(LONG);
    }

    private Lease create(Duration lease, Duration grace) {
        return get(store.create(id, "{\"request\":1}", lease, grace));
    }

    private boolean append(long fence, long first, boolean last, String... entries) {
        return get(store.append(id, new Append(fence, first, List.of(entries), last)));
    }

    private Page read(long after) {
        return get(store.read(id, after, 100, NONE));
    }

    @Test
    void entriesAreReadAsTheyWereAppended() {
        assertThat(create(LONG, LONG)).isEqualTo(new Lease(1, 0, "{\"request\":1}"));
        assertThat(append(1, 1, false, "tHello ", "twörld 👍 \r\n\u0000")).isTrue();
        assertThat(append(1, 3, true, "e")).isTrue();

        assertThat(read(0)).isEqualTo(new Page(1, List.of("tHello ", "twörld 👍 \r\n\u0000", "e"), State.ENDED));
        assertThat(read(2)).isEqualTo(new Page(3, List.of("e"), State.ENDED));
        assertThat(read(3)).isEqualTo(new Page(4, List.of(), State.ENDED));
        assertThat(get(store.read(id, 0, 2, NONE)).entries()).hasSize(2);
    }

    @Test
    void repeatedAppendHasNoFurtherEffect() {
        create(LONG, LONG);
        assertThat(append(1, 1, false, "ta", "tb")).isTrue();
        assertThat(append(1, 1, false, "ta", "tb")).isTrue();
        assertThat(append(1, 2, false, "tb", "tc")).isTrue();
        assertThat(append(1, 5, false, "te")).isFalse();
        assertThat(append(1, 0, false, "td")).isTrue();

        assertThat(read(0).entries()).containsExactly("ta", "tb", "tc", "td");
    }

    @Test
    void staleInstanceCannotAppend() {
        create(SHORT, LONG);
        Lease second =
                get(store.acquire(id, LONG, false).repeatWhenEmpty(empty -> empty.delayElements(Duration.ofMillis(5))));

        assertThat(second).isEqualTo(new Lease(2, 1, "{\"request\":1}"));
        assertThat(append(1, 1, false, "tx")).isFalse();
        assertThat(get(store.renew(id, 1, LONG))).isEqualTo(Renewal.LOST);
        assertThat(append(2, 1, false, "ty")).isTrue();
        assertThat(read(0).entries()).containsExactly("ty");
    }

    @Test
    void heldLeaseIsAcquiredByForceOnly() {
        create(LONG, LONG);
        StepVerifier.create(store.acquire(id, LONG, false)).expectComplete().verify(LONG);
        assertThat(get(store.acquire(id, LONG, true)).fence()).isEqualTo(2);
        assertThat(get(store.renew(id, 2, NONE))).isEqualTo(Renewal.HELD);
        assertThat(get(store.attend(id, LONG))).isEqualTo(State.ABANDONED);
        assertThat(get(store.acquire(id, LONG, false)).fence()).isEqualTo(3);
    }

    @Test
    void releasedLeaseIsAcquiredWithoutATakeover() {
        create(LONG, LONG);
        for (int fence = 1; fence < 5; fence++) {
            assertThat(get(store.renew(id, fence, NONE))).isEqualTo(Renewal.HELD);
            Lease next = get(store.acquire(id, LONG, false));
            assertThat(next.fence()).isEqualTo(fence + 1);
            assertThat(next.takeovers()).isZero();
        }
        assertThat(get(store.acquire(id, LONG, true)).takeovers()).isEqualTo(1);
    }

    @Test
    void endedStreamIsNotAcquired() {
        create(LONG, LONG);
        append(1, 1, true, "e");
        StepVerifier.create(store.acquire(id, LONG, true)).expectComplete().verify(LONG);
        assertThat(get(store.attend(id, LONG))).isEqualTo(State.ENDED);
        assertThat(append(1, 2, false, "tx")).isFalse();
    }

    @Test
    void streamWithoutReaderIsUnattended() {
        create(LONG, SHORT);
        assertThat(get(store.renew(id, 1, LONG)
                        .filter(renewal -> renewal == Renewal.UNATTENDED)
                        .repeatWhenEmpty(empty -> empty.delayElements(Duration.ofMillis(5)))))
                .isEqualTo(Renewal.UNATTENDED);
        assertThat(get(store.attend(id, LONG))).isEqualTo(State.GENERATING);
        assertThat(get(store.renew(id, 1, LONG))).isEqualTo(Renewal.HELD);
    }

    @Test
    void readerWaitsForAnEntry() {
        create(LONG, LONG);
        StepVerifier.create(store.read(id, 0, 10, LONG))
                .then(() ->
                        store.append(id, new Append(1, 1, List.of("ta"), false)).subscribe())
                .assertNext(page -> assertThat(page.entries()).containsExactly("ta"))
                .expectComplete()
                .verify(LONG);
    }

    @Test
    void waitIsLimited() {
        create(LONG, LONG);
        StepVerifier.create(store.read(id, 0, 10, Duration.ofMillis(30)))
                .expectNext(new Page(1, List.of(), State.GENERATING))
                .expectComplete()
                .verify(LONG);
    }

    @Test
    void unknownStreamIsTold() {
        assertThat(read(0)).isEqualTo(new Page(0, List.of(), State.UNKNOWN));
        assertThat(get(store.attend(id, LONG))).isEqualTo(State.UNKNOWN);
        assertThat(get(store.renew(id, 1, LONG))).isEqualTo(Renewal.LOST);
        assertThat(append(1, 1, false, "tx")).isFalse();
        StepVerifier.create(store.acquire(id, LONG, true)).expectComplete().verify(LONG);
        create(LONG, LONG);
        assertThat(read(7)).isEqualTo(new Page(8, List.of(), State.UNKNOWN));
    }

    @Test
    void oldestEntriesAreDropped() {
        try (RedisKeptStreamStore small =
                RedisKeptStreamStore.of(connections, new Limits(5, 1000, 1, LONG), "small:")) {
            get(small.create(id, "{}", LONG, LONG));
            for (int i = 1; i <= 20; i++) {
                assertThat(get(small.append(id, new Append(1, i, List.of("t" + i), false))))
                        .isTrue();
            }
            assertThat(get(small.read(id, 3, 100, NONE)))
                    .isEqualTo(new Page(16, List.of("t16", "t17", "t18", "t19", "t20"), State.GENERATING));
            get(small.append(id, new Append(1, 21, List.of("t" + "x".repeat(993)), false)));
            assertThat(get(small.read(id, 0, 100, NONE)).first()).isEqualTo(20);
        }
    }

    @Test
    void streamWithoutItsBeginningIsNotTakenOver() {
        Continuing vendor = new Continuing("none", 0, 0);
        try (RedisKeptStreamStore small =
                RedisKeptStreamStore.of(connections, new Limits(5, 1000, 1, LONG), "small:")) {
            get(small.create(id, "{}", LONG, LONG));
            get(small.append(id, new Append(1, 1, List.of("t1", "t2", "t3", "t4", "t5", "t6"), false)));
            get(small.renew(id, 1, NONE));
            StepVerifier.create(KeptStreams.over(vendor, small).resume(id + ".6"))
                    .expectErrorSatisfies(error -> assertThat(error)
                            .isInstanceOfSatisfying(KeptStreamException.class, kept -> assertThat(kept.reason())
                                    .isEqualTo(KeptStreamException.Reason.POSITION_LOST)))
                    .verify(LONG);
            assertThat(vendor.calls()).isZero();
        }
    }

    @Test
    void largerRequestThanTheStoreHoldsIsRefused() {
        try (RedisKeptStreamStore small = RedisKeptStreamStore.of(connections, new Limits(5, 9, 1, LONG), "small:")) {
            StepVerifier.create(small.create(id, "{\"ö\": 10}", LONG, LONG))
                    .expectErrorSatisfies(error -> assertThat(error)
                            .isInstanceOfSatisfying(KeptStreamException.class, kept -> assertThat(kept.reason())
                                    .isEqualTo(KeptStreamException.Reason.FULL)))
                    .verify(LONG);
            assertThat(get(small.attend(id, LONG))).isEqualTo(State.UNKNOWN);
            assertThat(get(small.create(id, "{\"o\":1}", LONG, LONG)).fence()).isEqualTo(1);
        }
    }

    @Test
    void allKeysExpire() {
        try (RedisKeptStreamStore brief = RedisKeptStreamStore.of(
                connections, Limits.defaults().withRetention(Duration.ofSeconds(2)), "brief:")) {
            get(brief.create(id, "{}", LONG, LONG));
            get(brief.append(id, new Append(1, 1, List.of("ta"), false)));
            get(brief.renew(id, 1, LONG));
            get(brief.attend(id, LONG));
            assertThat(keys("brief:*")).isNotEmpty().allSatisfy(key -> {
                Long left = get(connections.call(commands -> commands.pttl(key)));
                assertThat(left).isBetween(0L, 2000L);
            });
            get(Mono.defer(() -> connections.call(commands -> commands.exists("brief:{" + id + "}")))
                    .filter(count -> count == 0)
                    .repeatWhenEmpty(empty -> empty.delayElements(Duration.ofMillis(10))));
            assertThat(keys("brief:*")).isEmpty();
        }
    }

    private List<String> keys(String pattern) {
        return get(connections.call(commands -> commands.keys(pattern).collectList()));
    }

    @Test
    void streamSurvivesFlushedScripts() {
        create(LONG, LONG);
        get(connections.call(commands -> commands.scriptFlush()));
        assertThat(append(1, 1, false, "ta")).isTrue();
    }

    @Test
    void readerContinuesAfterLostNotices() {
        create(LONG, LONG);
        get(store.read(id, 0, 10, SHORT));
        get(connections.call(commands -> commands.clientKill(io.lettuce.core.KillArgs.Builder.typePubsub())));
        StepVerifier.create(store.read(id, 0, 10, LONG))
                .then(() ->
                        store.append(id, new Append(1, 1, List.of("ta"), false)).subscribe())
                .assertNext(page -> assertThat(page.entries()).containsExactly("ta"))
                .expectComplete()
                .verify(LONG);
    }

    @Test
    void userWithTheDocumentedCommandsIsEnough() {
        try (RedisServer strict = RedisServer.start(
                        "--user",
                        "app",
                        "on",
                        ">secret",
                        "~understudy:kept:*",
                        "resetchannels",
                        "&understudy:kept:*",
                        "+eval",
                        "+evalsha",
                        "+exists",
                        "+hmget",
                        "+hset",
                        "+pexpire",
                        "+publish",
                        "+subscribe",
                        "+time",
                        "+unsubscribe",
                        "+xadd",
                        "+xrange",
                        "+xtrim",
                        "--user",
                        "default",
                        "off");
                RedisConnections limited = RedisConnections.of("redis://app:secret@127.0.0.1:" + strict.port());
                RedisKeptStreamStore small =
                        RedisKeptStreamStore.of(limited, new Limits(1, 1000, 1, LONG), "understudy:kept:")) {
            get(small.create(id, "{}", LONG, LONG));
            assertThat(get(small.renew(id, 1, LONG))).isEqualTo(Renewal.HELD);
            StepVerifier.create(small.read(id, 0, 10, LONG))
                    .then(() -> small.append(id, new Append(1, 1, List.of("ta"), false))
                            .subscribe())
                    .expectNextCount(1)
                    .expectComplete()
                    .verify(LONG);
            assertThat(get(small.append(id, new Append(1, 2, List.of("tb"), false))))
                    .isTrue();
            assertThat(get(small.attend(id, LONG))).isEqualTo(State.GENERATING);
            assertThat(get(small.acquire(id, LONG, true)).fence()).isEqualTo(2);
        }
    }

    @Test
    void storeWithoutServerFails() {
        try (RedisConnections none = RedisConnections.of("redis://127.0.0.1:" + RedisServer.freePort());
                RedisKeptStreamStore failing = RedisKeptStreamStore.of(none)) {
            KeptStreamStore any = failing;
            StepVerifier.create(any.create(id, "{}", LONG, LONG)).expectError().verify(LONG);
            StepVerifier.create(any.read(id, 0, 1, LONG)).expectError().verify(LONG);
        }
    }
}
