package dev.understudy.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** Connections to real servers. */
class RedisConnectionsTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    private static RedisServer plain;

    @BeforeAll
    static void start() {
        plain = RedisServer.start();
    }

    @AfterAll
    static void stop() {
        if (plain != null) {
            plain.close();
        }
    }

    @Test
    void nothingConnectsBeforeTheFirstCommand() {
        try (RedisConnections connections = RedisConnections.of("redis://127.0.0.1:1")) {
            assertThat(connections).hasToString("redis://127.0.0.1:1");
        }
    }

    @Test
    void commandIsAnswered() {
        try (RedisConnections connections = RedisConnections.of(plain.uri())) {
            answersPing(connections);
        }
    }

    @Test
    void serverWithTlsIsTrustedByItsAuthority() {
        try (RedisServer server = RedisServer.startTls();
                RedisConnections trusting =
                        RedisConnections.of(RedisOptions.of(server.tlsUri()).withTrust(server.certificate()));
                RedisConnections strict = RedisConnections.of(server.tlsUri())) {
            answersPing(trusting);
            StepVerifier.create(strict.call(commands -> commands.ping()))
                    .expectError(RedisException.class)
                    .verify(LONG);
        }
    }

    @Test
    void missingFileOfCertificatesIsRefusedAtOnce() {
        RedisOptions options = RedisOptions.of("rediss://127.0.0.1:1").withTrust(Path.of("missing.pem"));
        assertThatThrownBy(() -> RedisConnections.of(options))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("missing.pem");
    }

    @Test
    void failureAfterCancellationIsNotLogged() {
        List<Throwable> dropped = new CopyOnWriteArrayList<>();
        Hooks.onErrorDropped(dropped::add);
        try (RedisConnections connections = RedisConnections.of("redis://127.0.0.1:" + RedisServer.freePort())) {
            connections.call(commands -> commands.ping()).subscribe().dispose();
            StepVerifier.create(connections.call(commands -> commands.ping()))
                    .expectError(RedisException.class)
                    .verify(LONG);
        } finally {
            Hooks.resetOnErrorDropped();
        }
        assertThat(dropped).isEmpty();
    }

    @Test
    void userOfAnAclAuthenticates() {
        try (RedisServer server = RedisServer.start(
                        "--user", "app", "on", ">se~cret", "~*", "&*", "+@all", "--user", "default", "off");
                RedisConnections right = RedisConnections.of("redis://app:se~cret@127.0.0.1:" + server.port());
                RedisConnections wrong = RedisConnections.of("redis://app:guess@127.0.0.1:" + server.port())) {
            answersPing(right);
            StepVerifier.create(wrong.call(commands -> commands.ping()))
                    .expectError(RedisException.class)
                    .verify(LONG);
        }
    }

    @Test
    void channelThatClosesMeanwhileIsAnErrorOfRedis() {
        try (RedisServer server = RedisServer.start();
                RedisConnections connections = RedisConnections.of(RedisOptions.of(server.uri()))) {
            StepVerifier.create(connections.call(commands -> Mono.error(new ClosedChannelException())))
                    .expectErrorSatisfies(error -> assertThat(error)
                            .isInstanceOf(RedisException.class)
                            .hasCauseInstanceOf(ClosedChannelException.class))
                    .verify(LONG);
        }
    }

    @Test
    void lostConnectionIsReplacedAfterARestart() {
        try (RedisServer server = RedisServer.start();
                RedisConnections connections = RedisConnections.of(
                        RedisOptions.of(server.uri()).withBackoff(Duration.ofMillis(1), Duration.ofMillis(20)))) {
            answersPing(connections);
            server.kill();
            StepVerifier.create(connections.call(commands -> commands.ping()).repeat(20))
                    .expectError(RedisException.class)
                    .verify(LONG);
            server.restart();
            Mono<String> again = connections.call(commands -> commands.ping());
            StepVerifier.create(again.onErrorResume(RedisException.class, down -> Mono.empty())
                            .repeatWhenEmpty(tries -> tries.delayElements(Duration.ofMillis(20))))
                    .expectNext("PONG")
                    .expectComplete()
                    .verify(LONG);
        }
    }

    @Test
    void commandsFailAtOnceUntilTheNextAttemptIsDue() {
        RedisOptions refused = RedisOptions.of("redis://127.0.0.1:" + RedisServer.freePort())
                .withBackoff(Duration.ofDays(100), Duration.ofDays(100));
        try (RedisConnections connections = RedisConnections.of(refused)) {
            AtomicInteger sent = new AtomicInteger();
            Mono<String> ping = connections.call(commands -> {
                sent.incrementAndGet();
                return commands.ping();
            });
            StepVerifier.create(ping)
                    .expectError(RedisConnectionException.class)
                    .verify(LONG);
            StepVerifier.create(ping)
                    .expectError(RedisConnectionException.class)
                    .verify(Duration.ofSeconds(5));
            assertThat(sent).hasValue(0);
        }
    }

    @Test
    void commandsDoNotWaitForAnotherAttemptBehindAFailure() throws IOException {
        int port = RedisServer.freePort();
        RedisOptions patient = RedisOptions.of("redis://127.0.0.1:" + port)
                .withTimeouts(LONG.multipliedBy(2), LONG.multipliedBy(2))
                .withBackoff(Duration.ofNanos(1), Duration.ofNanos(1));
        try (RedisConnections connections = RedisConnections.of(patient)) {
            Mono<String> ping = connections.call(commands -> commands.ping());
            StepVerifier.create(ping)
                    .expectError(RedisConnectionException.class)
                    .verify(LONG);
            try (ServerSocket silent = new ServerSocket(port, 10, InetAddress.getLoopbackAddress())) {
                StepVerifier.create(ping)
                        .expectError(RedisConnectionException.class)
                        .verify(LONG);
                silent.setSoTimeout((int) LONG.toMillis());
                try (Socket attempt = silent.accept()) {
                    StepVerifier.create(ping)
                            .expectError(RedisConnectionException.class)
                            .verify(LONG);
                    assertThat(attempt.isConnected()).isTrue();
                }
            }
        }
    }

    @Test
    void closedConnectionsFailCommands() {
        RedisConnections connections = RedisConnections.of(plain.uri());
        answersPing(connections);
        connections.close();
        StepVerifier.create(connections.call(commands -> commands.ping()))
                .expectError()
                .verify(LONG);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "redis://app:hid den@host",
                "redis://app:hid%zden@host",
                "redis://app:hid#den@host",
                "redis://app:hid/den@host",
                "redis://app:hid?den@host",
                "rediss://app:hid den@host:port",
                "redis-sentinel://:hid den@one,two#primary",
                "redis-cluster://app:hid den@one,two",
                "rediss-cluster://app:hid/den@one,two",
                "http://app:hidden@host"
            })
    void addressThatIsNotValidIsRefusedWithoutItsPassword(String uri) {
        StringWriter shown = new StringWriter();
        assertThatThrownBy(() -> RedisConnections.of(uri))
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(error -> error.printStackTrace(new PrintWriter(shown)));
        assertThat(shown.toString())
                .contains("percent-encoded")
                .doesNotContain("hid")
                .doesNotContain("den@");
        assertThat(RedisOptions.of(uri).toString()).doesNotContain("hid").doesNotContain("den@");
    }

    @Test
    void passwordWithAnAtSignIsNotShown() {
        assertThat(RedisOptions.of("redis://app:hid@den@host:6379/2").address()).isEqualTo("redis://host:6379/2");
    }

    @Test
    void optionsNeitherShowPasswordsNorTakeDelaysInTheWrongOrder() {
        RedisOptions options = RedisOptions.of("rediss://app:hidden@host:6379/2?timeout=1s");
        assertThat(options.toString()).contains("rediss://host:6379/2").doesNotContain("hidden");
        assertThatThrownBy(() -> options.withBackoff(Duration.ofSeconds(2), Duration.ofSeconds(1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> options.withTimeouts(Duration.ZERO, Duration.ofSeconds(1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static void answersPing(RedisConnections connections) {
        StepVerifier.create(connections.call(commands -> commands.ping()))
                .expectNext("PONG")
                .expectComplete()
                .verify(LONG);
    }
}
