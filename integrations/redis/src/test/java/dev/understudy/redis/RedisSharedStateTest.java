package dev.understudy.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.FailureKind;
import dev.understudy.shared.SharedState.ActiveProvider;
import dev.understudy.shared.SharedState.CircuitClosed;
import dev.understudy.shared.SharedState.CircuitOpened;
import dev.understudy.shared.SharedState.CooldownEnded;
import dev.understudy.shared.SharedState.CooldownStarted;
import dev.understudy.shared.SharedState.HoldEnded;
import dev.understudy.shared.SharedState.HoldStarted;
import dev.understudy.shared.SharedState.LimitSpent;
import dev.understudy.shared.SharedState.Message;
import dev.understudy.shared.SharedState.Update;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** Instances that share state through a real server. */
class RedisSharedStateTest {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Instant LATER = Instant.now().plusSeconds(600).truncatedTo(ChronoUnit.MILLIS);

    private static RedisServer server;

    private final List<AutoCloseable> opened = new ArrayList<>();
    private final RedisSharedState.Options options = RedisSharedState.Options.defaults()
            .withNamespace("test-" + System.nanoTime())
            .withHeartbeat(Duration.ofMillis(100));

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

    @AfterEach
    void closed() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
    }

    static List<Update> updates() {
        return List.of(
                new CooldownStarted("a", "m", FailureKind.RATE_LIMITED, LATER),
                new CooldownEnded("a", "m"),
                new CircuitOpened("a", "m", "5 consecutive failures", LATER),
                new CircuitClosed("a", "m"),
                new HoldStarted("a", null, null),
                new HoldStarted("a", "m", LATER),
                new HoldEnded("a", "m"),
                new HoldEnded("a", null),
                new ActiveProvider("u", "b", true),
                new ActiveProvider("u", "b", false),
                new LimitSpent("a", 3, -40));
    }

    @ParameterizedTest
    @MethodSource("updates")
    void updateReachesAnotherInstance(Update update) {
        RedisSharedState one = connected();
        RedisSharedState two = connected();
        Mono<Message> arrival = arrival(two, update).cache();
        arrival.subscribe();
        one.publish(new Message("p/1", update));
        Message message = arrival.block(LONG);
        assertThat(message).isNotNull();
        assertThat(message.source()).matches("[0-9a-f]{16}/p/1");
        assertThat(two.status().received()).isEqualTo(1);
        assertThat(two.status().ignored()).isZero();
    }

    @ParameterizedTest
    @MethodSource("updates")
    void laterInstanceReceivesWhatIsInForce(Update update) {
        if (update instanceof LimitSpent) {
            return;
        }
        RedisSharedState one = connected();
        one.publish(new Message("p/1", update));
        RedisSharedState late = connected();
        StepVerifier.create(arrival(late, update))
                .expectNextCount(1)
                .expectComplete()
                .verify(LONG);
    }

    @Test
    void understudiesOfOneInstanceHearEachOtherOnceAndWithoutRedis() {
        RedisSharedState one = open("redis://127.0.0.1:" + RedisServer.freePort());
        Queue<Message> heard = new ConcurrentLinkedQueue<>();
        one.updates().subscribe(heard::add);
        Message hold = new Message("p/1", new HoldStarted("a", null, null));
        one.publish(hold);
        assertThat(heard).containsExactly(hold);
        assertThat(one.status().connected()).isFalse();
    }

    @Test
    void ownMessageDoesNotComeBack() {
        RedisSharedState one = connected();
        RedisSharedState two = connected();
        Queue<Message> heard = new ConcurrentLinkedQueue<>();
        one.updates().subscribe(heard::add);
        one.publish(new Message("p/1", new HoldStarted("a", null, null)));
        StepVerifier.create(arrival(two, new HoldStarted("a", null, null)))
                .expectNextCount(1)
                .expectComplete()
                .verify(LONG);
        two.publish(new Message("p/1", new HoldStarted("b", null, null)));
        awaitTrue(() -> heard.size() > 1);
        assertThat(heard)
                .extracting(Message::update)
                .containsExactly(new HoldStarted("a", null, null), new HoldStarted("b", null, null));
    }

    @Test
    void manualChoiceWinsOverAnAutomaticOneThatDidNotKnowIt() {
        RedisSharedState one = open(server.uri());
        RedisSharedState two = open("redis://127.0.0.1:" + RedisServer.freePort()); // cut off
        awaitTrue(() -> one.status().connected());
        one.publish(new Message("p/1", new ActiveProvider("u", "b", true)));
        two.publish(new Message("p/1", new ActiveProvider("u", "c", false)));
        Entry cutOff = new Entry(
                new Stamp(System.currentTimeMillis() + 1000, "00000000000000ff"),
                0,
                new Message("00000000000000ff/p/1", new ActiveProvider("u", "c", false)));
        awaitTrue(() -> {
            // again, as an instance that is connecting misses a message that is in no snapshot
            send("{understudy:" + options.namespace() + "}:updates", "7 " + WireFormat.write(cutOff));
            return one.status().received() > 0;
        });
        Queue<Update> now = new ConcurrentLinkedQueue<>();
        one.updates().map(Message::update).subscribe(now::add);
        assertThat(now).containsExactly(new ActiveProvider("u", "b", true));
    }

    @Test
    void damagedAndUnknownMessagesAreIgnoredAndCounted() {
        RedisSharedState one = connected();
        String channel = "{understudy:" + options.namespace() + "}:updates";
        Stamp stamp = new Stamp(System.currentTimeMillis(), "00000000000000ff");
        Stamp wrongClock =
                new Stamp(System.currentTimeMillis() + Duration.ofHours(2).toMillis(), "00000000000000ff");
        String hold = "\"source\":\"x\",\"type\":\"hold-started\",\"provider\":\"a\"}";
        List<String> garbage = List.of(
                "",
                "garbage",
                "1 " + stamp + " {",
                "2 " + stamp + " {\"v\":2," + hold,
                "3 " + stamp + " {\"v\":1," + hold.replace("hold-started", "unheard-of"),
                "4 " + stamp + " {\"v\":1," + hold.replace("\"a\"", "7"),
                "5 " + stamp + " {\"v\":1," + hold.replace("\"a\"", "\"" + "a".repeat(10_000) + "\""),
                "6 " + wrongClock + " {\"v\":1," + hold);
        garbage.forEach(text -> send(channel, text));
        awaitTrue(() -> one.status().ignored() == garbage.size());
        assertThat(one.status().entries()).isZero();
        send(channel, "7 " + stamp + " {\"v\":1," + hold);
        StepVerifier.create(arrival(one, new HoldStarted("a", null, null)))
                .expectNextCount(1)
                .expectComplete()
                .verify(LONG);
    }

    @Test
    void damagedFieldIsOverwritten() {
        RedisSharedState one = connected();
        String key = "{understudy:" + options.namespace() + "}:hold/a";
        try (RedisConnections raw = RedisConnections.of(server.uri())) {
            raw.call(commands -> commands.hset(key, "state", "zzzzz")).block(LONG);
            one.publish(new Message("p/1", new HoldStarted("a", null, null)));
            awaitTrue(() -> String.valueOf(
                            raw.call(commands -> commands.hget(key, "state")).block(LONG))
                    .contains("hold-started"));
        }
    }

    @Test
    void textFromAClockThatIsADayAheadIsOverwritten() {
        RedisSharedState one = connected();
        RedisSharedState two = connected();
        Entry ahead = new Entry(
                new Stamp(System.currentTimeMillis() + Duration.ofDays(1).toMillis(), "00000000000000ff"),
                0,
                new Message("00000000000000ff/p/1", new HoldStarted("a", null, null)));
        String key = "{understudy:" + options.namespace() + "}:hold/a";
        try (RedisConnections raw = RedisConnections.of(server.uri())) {
            raw.call(commands -> commands.hset(key, "state", WireFormat.write(ahead)))
                    .block(LONG);
        }
        Mono<Message> arrival = arrival(two, new HoldEnded("a", null)).cache();
        arrival.subscribe();
        one.publish(new Message("p/1", new HoldEnded("a", null)));
        assertThat(arrival.block(LONG)).isNotNull();
    }

    @Test
    void updateFromAClockThatIsADayAheadIsNotKept() {
        RedisSharedState ahead = aDayAhead();
        awaitTrue(() -> ahead.status().connected());
        ahead.publish(new Message("p/1", new HoldStarted("a", null, null)));
        awaitTrue(() -> ahead.status().ignored() == 1);
        String key = "{understudy:" + options.namespace() + "}:hold/a";
        try (RedisConnections raw = RedisConnections.of(server.uri())) {
            assertThat(raw.call(commands -> commands.exists(key)).block(LONG)).isZero();
        }
    }

    private RedisSharedState aDayAhead() {
        RedisConnections connections = RedisConnections.of(server.uri());
        Exchange exchange = new Exchange(
                new RedisMedium(connections, options.namespace(), options.capacity()),
                new Exchange.Limits(options.heartbeat(), options.spendInterval(), options.capacity()),
                connections.backoff(),
                new Ahead(Schedulers.parallel(), Duration.ofDays(1)),
                () -> 0.5,
                "00000000000000aa");
        RedisSharedState shared = new RedisSharedState(exchange, options.adoption(), connections);
        opened.add(shared);
        return shared;
    }

    /** A scheduler whose wall clock is wrong. */
    private record Ahead(Scheduler scheduler, Duration by) implements Scheduler {

        @Override
        public long now(TimeUnit unit) {
            return scheduler.now(unit) + unit.convert(by);
        }

        @Override
        public Disposable schedule(Runnable task) {
            return scheduler.schedule(task);
        }

        @Override
        public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
            return scheduler.schedule(task, delay, unit);
        }

        @Override
        public Worker createWorker() {
            return scheduler.createWorker();
        }
    }

    @Test
    void endedFieldsOfACircuitAreDropped() {
        RedisSharedState one = connected();
        String key = "{understudy:" + options.namespace() + "}:circuit/a/m";
        Stamp old = new Stamp(System.currentTimeMillis() - Duration.ofHours(2).toMillis(), "00000000000000ff");
        try (RedisConnections raw = RedisConnections.of(server.uri())) {
            raw.call(commands -> commands.hset(key, "00000000000000ff/p/1", old + " {}"))
                    .block(LONG);
            one.publish(new Message("p/1", new CircuitOpened("a", "m", "5 consecutive failures", LATER)));
            one.publish(new Message("p/2", new CircuitOpened("a", "m", "5 consecutive failures", LATER)));
            awaitTrue(() -> raw.call(commands -> commands.hkeys(key).collectList()).block(LONG).stream()
                    .anyMatch(field -> field.endsWith("/p/2")));
            assertThat(raw.call(commands -> commands.hkeys(key).collectList()).block(LONG))
                    .hasSize(2)
                    .doesNotContain("00000000000000ff/p/1");
        }
    }

    @Test
    void updateThatIsTooLongIsNotKept() {
        RedisSharedState one = connected();
        String name = "m".repeat(WireFormat.MAX_LENGTH);
        one.publish(new Message("p/1", new CooldownEnded("a", name)));
        awaitTrue(() -> one.status().ignored() == 1);
        try (RedisConnections raw = RedisConnections.of(server.uri())) {
            assertThat(ttl(raw, "{understudy:" + options.namespace() + "}:cooldown/a/" + name))
                    .as("no such key")
                    .isEqualTo(-2);
        }
    }

    @Test
    void keysLiveAsLongAsWhatTheySay() {
        RedisSharedState one = connected();
        one.publish(new Message("p/1", new CooldownStarted("a", "m", FailureKind.QUOTA, LATER)));
        one.publish(new Message("p/1", new CooldownStarted("a", "far", FailureKind.QUOTA, Instant.MAX)));
        one.publish(new Message("p/1", new HoldStarted("a", null, null)));
        String prefix = "{understudy:" + options.namespace() + "}:";
        try (RedisConnections raw = RedisConnections.of(server.uri())) {
            awaitTrue(() ->
                    raw.call(commands -> commands.exists(prefix + "hold/a")).block(LONG) == 1);
            assertThat(ttl(raw, prefix + "cooldown/a/m")).isBetween(500_000L, 600_000L);
            assertThat(ttl(raw, prefix + "cooldown/a/far")).isBetween(3_500_000L, 3_600_000L);
            assertThat(ttl(raw, prefix + "hold/a")).isEqualTo(-1);
            one.publish(new Message("p/1", new HoldEnded("a", null)));
            awaitTrue(() -> ttl(raw, prefix + "hold/a") > 0);
            one.publish(new Message(
                    "p/1",
                    new CooldownStarted(
                            "a", "m", FailureKind.QUOTA, Instant.now().plusMillis(300))));
            awaitTrue(() -> raw.call(commands -> commands.exists(prefix + "cooldown/a/m"))
                            .block(LONG)
                    == 0);
        }
    }

    @Test
    void entryThatHasEndedIsNotKept() {
        RedisSharedState one = connected();
        String prefix = "{understudy:" + options.namespace() + "}:";
        Instant ended = Instant.now().minusMillis(1);
        one.publish(new Message("p/1", new CooldownStarted("a", "m", FailureKind.QUOTA, ended)));
        one.publish(new Message("p/1", new HoldStarted("a", null, null)));
        try (RedisConnections raw = RedisConnections.of(server.uri())) {
            awaitTrue(() ->
                    raw.call(commands -> commands.exists(prefix + "hold/a")).block(LONG) == 1);
            assertThat(ttl(raw, prefix + "cooldown/a/m")).as("no such key").isEqualTo(-2);
            assertThat(raw.call(commands -> commands.zscore(prefix + "index", "cooldown/a/m"))
                            .block(LONG))
                    .isNull();
        }
    }

    @Test
    void laterInstanceReceivesManyEntries() {
        RedisSharedState one = connected();
        for (int i = 0; i < 500; i++) {
            one.publish(new Message("p/1", new CooldownStarted("a", "m" + i, FailureKind.QUOTA, LATER)));
        }
        RedisSharedState late = connected();
        awaitTrue(() -> late.status().entries() == 500);
        assertThat(late.status().outages()).isZero();
    }

    @Test
    void numberOfEntriesIsBoundedHereAndInRedis() {
        RedisSharedState one = connected(options.withCapacity(20));
        for (int i = 0; i < 50; i++) {
            one.publish(new Message("p/1", new CooldownStarted("a", "m" + i, FailureKind.QUOTA, LATER)));
        }
        one.publish(new Message("p/1", new HoldStarted("a", null, null)));
        assertThat(one.status().entries()).isEqualTo(21);
        String index = "{understudy:" + options.namespace() + "}:index";
        try (RedisConnections raw = RedisConnections.of(server.uri())) {
            awaitTrue(
                    () -> raw.call(commands -> commands.zrank(index, "hold/a")).block(LONG) != null);
            assertThat(raw.call(commands -> commands.zcard(index)).block(LONG)).isEqualTo(21);
        }
    }

    @Test
    void useOfLimitsIsSentAsASum() {
        RedisSharedState one = connected(options.withSpendInterval(Duration.ofMillis(200)));
        RedisSharedState two = connected();
        Mono<List<Message>> sums = two.updates().take(1).collectList().cache();
        sums.subscribe();
        for (int i = 0; i < 100; i++) {
            one.publish(new Message("p/1", new LimitSpent("a", 1, 10)));
        }
        assertThat(sums.block(LONG)).extracting(Message::update).containsExactly(new LimitSpent("a", 100, 1000));
    }

    @Test
    void lostMessageIsFoundAtAHeartbeat() {
        RedisSharedState one = connected();
        RedisSharedState two = connected();
        String prefix = "{understudy:" + options.namespace() + "}:";
        Entry entry = new Entry(
                new Stamp(System.currentTimeMillis(), "00000000000000ff"),
                0,
                new Message("00000000000000ff/p/1", new HoldStarted("a", null, null)));
        try (RedisConnections raw = RedisConnections.of(server.uri())) { // kept, but not sent
            raw.call(commands -> commands.hset(prefix + "hold/a", "state", WireFormat.write(entry)))
                    .then(raw.call(commands -> commands.zadd(prefix + "index", Double.POSITIVE_INFINITY, "hold/a")))
                    .then(raw.call(commands -> commands.incr(prefix + "version")))
                    .block(LONG);
        }
        for (RedisSharedState each : List.of(one, two)) {
            StepVerifier.create(arrival(each, new HoldStarted("a", null, null)))
                    .expectNextCount(1)
                    .expectComplete()
                    .verify(LONG);
            assertThat(each.status().repaired()).isPositive();
        }
    }

    @Test
    void dataLostBehindAnOpenConnectionAreOfferedAgain() {
        RedisSharedState one = connected();
        RedisSharedState two = connected();
        one.publish(new Message("p/1", new HoldStarted("a", null, null)));
        StepVerifier.create(arrival(two, new HoldStarted("a", null, null)))
                .expectNextCount(1)
                .expectComplete()
                .verify(LONG);
        try (RedisConnections raw = RedisConnections.of(server.uri())) {
            raw.call(commands -> commands.flushall()).block(LONG);
        }
        two.publish(new Message("p/1", new HoldStarted("b", null, null)));
        two.publish(new Message("p/1", new HoldStarted("c", null, null)));
        RedisSharedState late = connected();
        for (String provider : List.of("a", "b", "c")) {
            StepVerifier.create(arrival(late, new HoldStarted(provider, null, null)))
                    .expectNextCount(1)
                    .expectComplete()
                    .verify(LONG);
        }
    }

    @Test
    void serverThatHangsIsUsedAgainAfterwards() {
        try (RedisServer silent = RedisServer.start()) {
            RedisOptions impatient = RedisOptions.of(silent.uri())
                    .withTimeouts(Duration.ofMillis(500), Duration.ofMillis(500))
                    .withBackoff(Duration.ofMillis(10), Duration.ofMillis(100));
            RedisSharedState one = open(impatient, options);
            RedisSharedState two = open(impatient, options);
            awaitTrue(() -> one.status().connected() && two.status().connected());
            silent.suspend();
            awaitTrue(() -> !one.status().connected() && !two.status().connected());
            one.publish(new Message("p/1", new HoldStarted("a", null, null)));
            silent.resume();
            StepVerifier.create(arrival(two, new HoldStarted("a", null, null)))
                    .expectNextCount(1)
                    .expectComplete()
                    .verify(LONG);
        }
    }

    @Test
    void holdOutlivesTheDataOfTheServer() {
        try (RedisServer mortal = RedisServer.start()) {
            RedisSharedState one = open(mortal.uri());
            awaitTrue(() -> one.status().connected());
            one.publish(new Message("p/1", new HoldStarted("a", null, null)));
            mortal.kill();
            awaitTrue(() -> !one.status().connected());
            one.publish(new Message("p/1", new HoldStarted("b", null, null)));
            mortal.restart();
            RedisSharedState late = open(mortal.uri());
            for (String provider : List.of("a", "b")) {
                StepVerifier.create(arrival(late, new HoldStarted(provider, null, null)))
                        .expectNextCount(1)
                        .expectComplete()
                        .verify(LONG);
            }
            assertThat(one.status().outages()).isEqualTo(1);
        }
    }

    @Test
    void userOfAnAclNeedsTheseRightsOnly() {
        try (RedisServer guarded = RedisServer.start(restrictedUser("--user", "default", "off"))) {
            String uri = "redis://app:secret@127.0.0.1:" + guarded.port();
            exchanges(open(uri), open(uri));
        }
    }

    @Test
    void serverWithTlsIsUsed() {
        try (RedisServer secure = RedisServer.startTls()) {
            RedisOptions redis = RedisOptions.of(secure.tlsUri()).withTrust(secure.certificate());
            exchanges(open(redis, options), open(redis, options));
        }
    }

    /** Arguments of a server for a user with the rights that the documentation names, more rights, and more arguments. */
    static String[] restrictedUser(String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "--user",
                "app",
                "on",
                ">secret",
                "~{understudy:*",
                "resetchannels",
                "&{understudy:*",
                "-@all",
                "+@connection",
                "+eval",
                "+publish",
                "+subscribe",
                "+unsubscribe",
                "+hget",
                "+hset",
                "+hvals",
                "+hgetall",
                "+hdel",
                "+set",
                "+get",
                "+incr",
                "+pexpire",
                "+persist",
                "+time",
                "+zadd",
                "+zcard",
                "+zscore",
                "+zrangebyscore",
                "+zremrangebyscore"));
        arguments.addAll(List.of(more));
        return arguments.toArray(String[]::new);
    }

    private void exchanges(RedisSharedState one, RedisSharedState two) {
        awaitTrue(() -> one.status().connected() && two.status().connected());
        Mono<Message> arrival = arrival(two, new HoldStarted("a", null, null)).cache();
        arrival.subscribe();
        one.publish(new Message("p/1", new HoldStarted("a", null, null)));
        assertThat(arrival.block(LONG)).isNotNull();
        CircuitOpened opened = new CircuitOpened("a", "m", "5 consecutive failures", LATER);
        Mono<Message> next = arrival(two, opened).cache();
        next.subscribe();
        one.publish(new Message("p/1", opened));
        assertThat(next.block(LONG)).isNotNull();
    }

    private static long ttl(RedisConnections raw, String key) {
        Long ttl = raw.call(commands -> commands.pttl(key)).block(LONG);
        return ttl == null ? -3 : ttl;
    }

    private static void send(String channel, String text) {
        try (RedisConnections raw = RedisConnections.of(server.uri())) {
            raw.call(commands -> commands.publish(channel, text)).block(LONG);
        }
    }

    private static Mono<Message> arrival(RedisSharedState shared, Update update) {
        return shared.updates()
                .filter(message -> message.update().equals(update))
                .next();
    }

    private RedisSharedState connected() {
        return connected(options);
    }

    private RedisSharedState connected(RedisSharedState.Options options) {
        RedisSharedState shared = open(RedisOptions.of(server.uri()), options);
        awaitTrue(() -> shared.status().connected());
        return shared;
    }

    private RedisSharedState open(String uri) {
        return open(RedisOptions.of(uri), options);
    }

    private RedisSharedState open(RedisOptions redis, RedisSharedState.Options options) {
        RedisSharedState shared = RedisSharedState.open(redis, options);
        opened.add(shared);
        return shared;
    }

    private static void awaitTrue(BooleanSupplier condition) {
        Boolean met = Mono.fromSupplier(condition::getAsBoolean)
                .subscribeOn(Schedulers.boundedElastic()) // some conditions ask the server
                .filter(Boolean::booleanValue)
                .repeatWhenEmpty(10_000, tries -> tries.delayElements(Duration.ofMillis(5)))
                .block(LONG);
        assertThat(met).isTrue();
    }
}
