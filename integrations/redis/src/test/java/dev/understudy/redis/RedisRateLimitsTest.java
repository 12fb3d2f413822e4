package dev.understudy.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import dev.understudy.policy.ProviderOptions.RateLimits;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.reactive.RedisReactiveCommands;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** Limits of several instances in a real server. */
class RedisRateLimitsTest {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final ChatRequest REQUEST = ChatRequest.of("m", "Who is there?");

    private static RedisServer server;

    private final List<RedisConnections> connections = IntStream.range(0, 3)
            .mapToObj(instance -> RedisConnections.of(server.uri()))
            .toList();
    private final String namespace = "limits-" + System.nanoTime();

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
    void closed() {
        connections.forEach(RedisConnections::close);
    }

    @Test
    void instancesTogetherTakeWhatTheLimitHas() {
        List<ScriptedProvider> vendors =
                connections.stream().map(each -> vendor("a", Usage.none())).toList();
        List<ChatProvider> limited = IntStream.range(0, 3)
                .mapToObj(i -> limited(i, vendors.get(i), RateLimits.none().withRequestsPerMinute(30)))
                .toList();
        limited.forEach(each -> each.chat(REQUEST).block(LONG)); // connects
        Flux.range(0, 90)
                .flatMap(i -> limited.get(i % 3).chat(REQUEST).onErrorResume(refused -> Mono.empty()), 90)
                .blockLast(LONG);
        int sent = vendors.stream().mapToInt(ScriptedProvider::subscriptions).sum();
        assertThat(sent).isBetween(30, 34); // and what the bucket gains meanwhile, two seconds a request
    }

    @Test
    void refusedCallTellsTheTimeToWaitAndIsServedByTheNextProvider() {
        ChatProvider limited =
                limited(0, vendor("a", Usage.none()), RateLimits.none().withRequestsPerMinute(1));
        assertThat(limited.chat(REQUEST).block(LONG)).isNotNull();
        StepVerifier.create(limited.chat(REQUEST))
                .expectErrorSatisfies(error -> {
                    ChatException failed = (ChatException) error;
                    assertThat(failed.failure().kind()).isEqualTo(FailureKind.RATE_LIMITED);
                    assertThat(failed.failure().retryAfter()).isBetween(Duration.ofSeconds(30), Duration.ofSeconds(60));
                })
                .verify(LONG);
        try (Understudy understudy = Understudy.over(limited, vendor("b", Usage.none()))) {
            assertThat(understudy.chat(REQUEST).block(LONG).servedBy().provider())
                    .isEqualTo("b");
        }
    }

    @Test
    void tokensAreCountedWhenAnAnswerIsComplete() {
        RateLimits limits = RateLimits.none().withTokensPerMinute(1_000);
        ChatProvider one = limited(0, vendor("a", Usage.of(600, 300)), limits);
        ChatProvider two = limited(1, vendor("a", Usage.of(600, 300)), limits);
        assertThat(one.chat(REQUEST).block(LONG)).isNotNull();
        assertThat(two.stream(REQUEST).last().block(LONG)).isInstanceOf(StreamChunk.Finish.class);
        StepVerifier.create(one.stream(REQUEST))
                .expectError(ChatException.CallFailed.class)
                .verify(LONG);
    }

    @Test
    void limitsOfProvidersAreSeparate() {
        RateLimits limits = RateLimits.none().withRequestsPerMinute(1);
        assertThat(limited(0, vendor("a", Usage.none()), limits).chat(REQUEST).block(LONG))
                .isNotNull();
        assertThat(limited(0, vendor("b", Usage.none()), limits).chat(REQUEST).block(LONG))
                .isNotNull();
    }

    @Test
    void bucketLivesUntilItIsFull() {
        limited(0, vendor("a", Usage.none()), RateLimits.none().withRequestsPerMinute(10))
                .chat(REQUEST)
                .block(LONG);
        Long ttl = connections
                .get(1)
                .call(commands -> commands.pttl("understudy:" + namespace + ":limit/a"))
                .block(LONG);
        assertThat(ttl).isBetween(1L, 60_000L);
    }

    @Test
    void callsAreSentWithoutRedis() {
        try (RedisConnections nowhere = RedisConnections.of("redis://127.0.0.1:" + RedisServer.freePort())) {
            ChatProvider limited = RedisRateLimits.over(nowhere, namespace)
                    .limit(
                            vendor("a", Usage.of(10, 10)),
                            RateLimits.none().withRequestsPerMinute(1).withTokensPerMinute(1));
            for (int i = 0; i < 3; i++) {
                assertThat(limited.chat(REQUEST).block(LONG)).isNotNull();
                assertThat(limited.stream(REQUEST).blockLast(LONG)).isNotNull();
            }
        }
    }

    @Test
    @SuppressWarnings("deprecation") // no other way to the connection of the commands
    void connectionThatHangsIsReplaced() {
        List<Throwable> dropped = new CopyOnWriteArrayList<>();
        Hooks.onErrorDropped(dropped::add);
        RedisServer silent = RedisServer.start();
        RedisConnections hanging = RedisConnections.of(
                RedisOptions.of(silent.uri()).withTimeouts(Duration.ofSeconds(2), Duration.ofMillis(300)));
        try (silent;
                hanging) {
            StatefulConnection<String, String> connection = hanging.call(commands -> commands.ping()
                            .thenReturn(((RedisReactiveCommands<String, String>) commands).getStatefulConnection()))
                    .block(LONG);
            ChatProvider limited = RedisRateLimits.over(hanging, namespace)
                    .withMaxWait(Duration.ofMillis(20))
                    .limit(vendor("a", Usage.none()), RateLimits.none().withRequestsPerMinute(1_000));
            silent.suspend();
            Flux.defer(() -> limited.chat(REQUEST)) // is sent after the wait
                    .repeat(connection::isOpen)
                    .blockLast(LONG);
            assertThat(connection.isOpen()).isFalse();
        } finally {
            Hooks.resetOnErrorDropped();
        }
        assertThat(dropped).isEmpty();
    }

    private ChatProvider limited(int instance, ChatProvider vendor, RateLimits limits) {
        return RedisRateLimits.over(connections.get(instance), namespace)
                .withMaxWait(LONG)
                .limit(vendor, limits);
    }

    private static ScriptedProvider vendor(String name, Usage usage) {
        return ScriptedProvider.named(name)
                .always(ScriptedAnswer.text("from " + name).withUsage(usage));
    }
}
