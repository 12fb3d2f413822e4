package dev.understudy.scenario;

import static dev.understudy.scenario.SocketScenario.REQUEST;
import static dev.understudy.scenario.SocketScenario.callers;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.ProviderEvent;
import dev.understudy.event.Event;
import dev.understudy.provider.endpoint.Secret;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.time.Duration;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Rotation of several keys, as the server receives them. */
class KeyRotationOnSocketsTest {

    @RegisterExtension
    final SocketScenario scenario = new SocketScenario();

    @EveryDialectAndKind
    void fiveCallsUseThreeKeysInTurn(SocketDialect dialect, CallKind kind) {
        ScriptedServer server = scenario.server();
        Understudy understudy = scenario.understudy(scenario.provider(dialect, "p1", server, "k1", "k2", "k3"));
        IntStream.range(0, 5).forEach(i -> kind.result(understudy, REQUEST).servedBy());
        assertThat(callers(server)).containsExactly("k1", "k2", "k3", "k1", "k2");
    }

    @EveryDialectAndKind
    void rateLimitedKeyIsReplacedWithinTheAttempt(SocketDialect dialect, CallKind kind) {
        ScriptedServer server = scenario.server().rateLimitKey("k1", Duration.ofMinutes(1));
        Understudy understudy = scenario.understudy(scenario.provider(dialect, "p1", server, "k1", "k2"));
        CallResult result = kind.result(understudy, REQUEST);
        assertThat(callers(server)).containsExactly("k1", "k2");
        assertThat(result.attemptLog().attemptCount()).isEqualTo(1);
        assertThat(result.finish().vendorMetadata().keyFingerprint())
                .isEqualTo(Secret.of("k2").fingerprint());
        assertThat(scenario.events(Event.ProviderReported.class))
                .extracting(Event.ProviderReported::providerEvent)
                .containsExactly(
                        new ProviderEvent.KeyCoolingDown(
                                "p1", Secret.of("k1").fingerprint(), FailureKind.RATE_LIMITED, Duration.ofMinutes(1)),
                        new ProviderEvent.KeyRotated("p1", Secret.of("k2").fingerprint()));
    }

    @EveryDialectAndKind
    void rateLimitedKeyIsLeftOutOfLaterCalls(SocketDialect dialect, CallKind kind) {
        ScriptedServer server = scenario.server().rateLimitKey("k1", Duration.ofMinutes(1));
        Understudy understudy = scenario.understudy(scenario.provider(dialect, "p1", server, "k1", "k2", "k3"));
        IntStream.range(0, 4).forEach(i -> kind.result(understudy, REQUEST).servedBy());
        assertThat(callers(server)).containsExactly("k1", "k2", "k3", "k2", "k3");
    }

    @ParameterizedTest
    @MethodSource("turnedAway")
    void rejectedKeyIsNotUsedAgain(SocketDialect dialect, CallKind kind, FailureKind failureKind) {
        ScriptedReply no = failureKind == FailureKind.AUTH
                ? ScriptedReply.status(401)
                : ScriptedReply.error(429, "insufficient_quota", "insufficient_quota", "Nothing left.");
        ScriptedServer server = scenario.server().when(asked -> asked.key().equals("k1"), no);
        Understudy understudy = scenario.understudy(scenario.provider(dialect, "p1", server, "k1", "k2"));
        IntStream.range(0, 3).forEach(i -> kind.result(understudy, REQUEST).servedBy());
        assertThat(callers(server)).containsExactly("k1", "k2", "k2", "k2");
        assertThat(scenario.events(Event.AttemptFailed.class)).isEmpty();
    }

    static Stream<Arguments> turnedAway() {
        return SocketScenario.times(SocketScenario.everywhere(), FailureKind.AUTH, FailureKind.QUOTA);
    }

    @EveryDialectAndKind
    void longLimitOfAllKeysFailsOver(SocketDialect dialect, CallKind kind) {
        ScriptedServer limited = scenario.server().always(ScriptedReply.rateLimited(Duration.ofMinutes(1)));
        ScriptedServer second = scenario.server().then(ScriptedReply.text("I stand in."));
        Understudy understudy = scenario.understudy(
                scenario.provider(dialect, "p1", limited, "k1", "k2"), scenario.provider(dialect, "p2", second, "k3"));
        CallResult result = kind.result(understudy, REQUEST);
        assertThat(result.text()).isEqualTo("I stand in.");
        assertThat(callers(limited)).containsExactly("k1", "k2");
        assertThat(result.kinds()).containsExactly(FailureKind.RATE_LIMITED);
        assertThat(result.attemptLog().attemptCount()).isEqualTo(2);
    }

    @EveryDialectAndKind
    void shortLimitOfAllKeysWaitsForTheFirst(SocketDialect dialect, CallKind kind) {
        ScriptedServer server = scenario.server()
                .then(
                        ScriptedReply.rateLimited(Duration.ofSeconds(2)),
                        ScriptedReply.rateLimited(Duration.ofMillis(200)),
                        ScriptedReply.text("Here I am."));
        Understudy understudy = scenario.understudy(scenario.provider(dialect, "p1", server, "k1", "k2"));
        assertThat(kind.result(understudy, REQUEST).text()).isEqualTo("Here I am.");
        assertThat(callers(server)).containsExactly("k1", "k2", "k2");
    }

    @EveryDialectAndKind
    void otherFailuresKeepTheKey(SocketDialect dialect, CallKind kind) {
        ScriptedServer server = scenario.server().then(ScriptedReply.status(500), ScriptedReply.text("Here I am."));
        Understudy understudy = scenario.understudy(scenario.provider(dialect, "p1", server, "k1", "k2"));
        CallResult result = kind.result(understudy, REQUEST);
        assertThat(result.attemptLog().attemptCount()).isEqualTo(2);
        assertThat(callers(server)).containsExactly("k1", "k2");
        assertThat(scenario.events(Event.ProviderReported.class)).isEmpty();
    }
}
