package dev.understudy.secret;

import static dev.understudy.scenario.SocketScenario.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.Understudy;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.fault.FixedResponseServer;
import dev.understudy.policy.TimeoutPolicy;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.Secret;
import dev.understudy.scenario.CallKind;
import dev.understudy.scenario.CallResult;
import dev.understudy.scenario.EveryDialectAndKind;
import dev.understudy.scenario.SocketDialect;
import dev.understudy.scenario.SocketScenario;
import dev.understudy.secret.CanaryKey.Echo;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** API keys do not appear in errors of the transport, in successful calls, or in configuration errors. */
class SecretsInTransportTest {

    private static final CanaryKey CANARY = CanaryKey.plain();

    @RegisterExtension
    final SocketScenario scenario = new SocketScenario();

    private final CapturedOutput aloud = new CapturedOutput();
    private final SecretSearch search = new SecretSearch(scenario, aloud, CANARY);

    @AfterEach
    void nothingIsLogged() {
        aloud.close();
        search.listen();
    }

    /** Each dialect and kind of call with one of the echoes in turn; with all of them with {@code -Dunderstudy.tests.all=true}. */
    static Stream<Arguments> echoes() {
        List<Arguments> all = SocketScenario.times(SocketScenario.everywhere(), Echo.WHOLE, Echo.BASE64, Echo.END)
                .toList();
        boolean every = Boolean.getBoolean("understudy.tests.all");
        return IntStream.range(0, all.size())
                .filter(i -> every || i % 3 == i / 3 % 3)
                .mapToObj(all::get);
    }

    @ParameterizedTest
    @MethodSource("echoes")
    void invalidHttpDoesNotExposeTheKey(SocketDialect dialect, CallKind kind, Echo echo) {
        String song = echo.of(CANARY.key());
        for (String answer : List.of(
                song + "\r\n\r\n",
                song + " 200 OK\r\n\r\n",
                "HTTP/1.1 " + song + " OK\r\n\r\n",
                "HTTP/1.1 200 OK\r\n" + song + " : x\r\n" + song + "\r\n\r\n",
                "HTTP/1.1 200 OK\r\nx-echo: " + song + "\u0001\r\ncontent-length: " + song + "\r\n\r\n",
                "HTTP/1.1 200 OK\r\nx-echo: " + (song + " ").repeat(2_000) + "\r\n\r\n",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + song + "\r\n",
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n{\"" + song)) {
            CallResult result = search.play(
                    dialect,
                    kind,
                    scenario.closing(new FixedResponseServer(answer)).url(),
                    TimeoutPolicy.defaults());
            assertThat(result.error()).isInstanceOf(ChatException.Exhausted.class);
        }
    }

    /** Replies for each kind of failure that a server can cause, with the key in every text field. */
    private static List<ScriptedReply> everyKind(String song) {
        String json = "application/json";
        return List.of(
                ScriptedReply.error(500, "api_error", song),
                ScriptedReply.error(503, "overloaded_error", song),
                ScriptedReply.error(429, "rate_limit_error", song),
                ScriptedReply.error(429, "insufficient_quota", "insufficient_quota", song),
                ScriptedReply.error(401, "authentication_error", song),
                ScriptedReply.error(403, "permission_error", song),
                ScriptedReply.error(404, "not_found_error", "model_not_found", "model: " + song),
                ScriptedReply.error(
                        400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum " + song),
                ScriptedReply.error(413, "request_too_large", song),
                ScriptedReply.error(
                        400, "invalid_request_error", "content_filter", "content management policy " + song),
                ScriptedReply.error(400, "invalid_request_error", "tool call validation failed: " + song),
                ScriptedReply.raw(
                        400,
                        json,
                        "{\"error\":{\"type\":\"invalid_request_error\",\"code\":"
                                + "\"unsupported_parameter\",\"param\":\"" + song
                                + "\",\"message\":\"Unsupported parameter: '"
                                + song + "' is not supported with this model.\"}}"),
                ScriptedReply.error(400, "invalid_request_error", song),
                ScriptedReply.text(song).cut(ScriptedReply.FaultPoint.headers()),
                ScriptedReply.text(song).cut(ScriptedReply.FaultPoint.nothing()),
                ScriptedReply.empty(),
                ScriptedReply.raw(200, json, song));
    }

    @EveryDialectAndKind
    void failureOfAnyKindDoesNotExposeTheKey(SocketDialect dialect, CallKind kind) {
        Set<FailureKind> missing = EnumSet.complementOf(EnumSet.of(FailureKind.SKIPPED, FailureKind.TIMEOUT));
        for (ScriptedReply scriptedReply : everyKind(CANARY.key())) {
            String url = scenario.server().then(scriptedReply).url();
            missing.removeAll(
                    search.play(dialect, kind, url, TimeoutPolicy.defaults()).kinds());
        }
        assertThat(missing).isEmpty();
    }

    @EveryDialectAndKind
    void timeoutAndRefusedConnectionDoNotExposeTheKey(SocketDialect dialect, CallKind kind) {
        Duration limit = Duration.ofMillis(200);
        TimeoutPolicy impatient =
                TimeoutPolicy.defaults().withFirstContent(limit).withResponse(limit);
        ScriptedServer silent =
                scenario.server().then(ScriptedReply.text("Never.").stall(ScriptedReply.FaultPoint.nothing()));
        assertThat(search.play(dialect, kind, silent.url(), impatient).kinds()).contains(FailureKind.TIMEOUT);
        ScriptedServer nobody = scenario.closing(ScriptedServer.refusing());
        assertThat(search.play(dialect, kind, nobody.url(), impatient).kinds()).contains(FailureKind.CONNECT);
    }

    @EveryDialectAndKind
    void interruptionDoesNotExposeTheKey(SocketDialect dialect, CallKind kind) {
        for (ScriptedReply scriptedReply : List.of(
                ScriptedReply.text("one two").cut(ScriptedReply.FaultPoint.tokens(1)),
                ScriptedReply.text("one two").reset(ScriptedReply.FaultPoint.tokens(1)),
                ScriptedReply.text("one two").garble(ScriptedReply.FaultPoint.tokens(1)),
                ScriptedReply.text("one two").withoutFinish().withoutTerminal(),
                ScriptedReply.empty())) {
            search.play(dialect, kind, scenario.server().then(scriptedReply).url(), TimeoutPolicy.defaults());
        }
    }

    @EveryDialectAndKind
    void successDoesNotExposeTheKeyItSends(SocketDialect dialect, CallKind kind) {
        ScriptedServer server = scenario.server().then(ScriptedReply.text("Yes."));
        CallResult result = search.play(dialect, kind, server.url(), TimeoutPolicy.defaults());
        assertThat(result.text()).isEqualTo("Yes.");
        assertThat(server.calls()).extracting(call -> call.key()).containsExactly(CANARY.key());
        assertThat(result.finish().vendorMetadata().keyFingerprint())
                .isEqualTo(Secret.of(CANARY.key()).fingerprint());
        assertThat(aloud.heard()).as("what is logged at DEBUG").contains("reactor.netty");
    }

    @EveryDialectAndKind
    void rotationAndFailoverDoNotExposeTheKey(SocketDialect dialect, CallKind kind) {
        ScriptedServer server = scenario.server()
                .then(
                        ScriptedReply.error(401, "authentication_error", "Wrong: " + CANARY.key()),
                        ScriptedReply.error(429, "insufficient_quota", "Empty: " + CANARY.key()),
                        ScriptedReply.error(500, "api_error", "Broken: " + CANARY.key()),
                        ScriptedReply.text("Yes."));
        Endpoint several = SocketDialect.endpoint("p1", server, "another-key-1", CANARY.key(), "another-key-2");
        Understudy understudy = scenario.understudy(scenario.provider(dialect, several));
        CallResult result = kind.result(understudy, REQUEST);
        assertThat(result.text()).isEqualTo("Yes.");
        assertThat(scenario.events(Event.ProviderReported.class)).hasSize(4);
        search.look(result, several, understudy);
    }

    @Test
    void failedProbeDoesNotExposeTheKey() {
        ScriptedServer server = scenario.server()
                .rule(asked -> ScriptedReply.error(401, "authentication_error", "Wrong: " + CANARY.key()));
        for (SocketDialect dialect : SocketDialect.values()) {
            Throwable error = scenario.provider(dialect, "p1", server, CANARY.key())
                    .probe()
                    .then(reactor.core.publisher.Mono.<Throwable>empty())
                    .onErrorResume(reactor.core.publisher.Mono::just)
                    .block(CallKind.TIMEOUT);
            assertThat(error).isInstanceOf(ChatException.class);
            CANARY.assertUnseenIn(error);
        }
    }

    @Test
    void customHeaderDoesNotExposeTheKey() {
        Endpoint endpoint = Endpoint.of("p1", "https://gateway.example/v1").withHeader("x-gateway-key", CANARY.key());
        CANARY.assertUnseenIn("an endpoint", endpoint.toString());
        CANARY.assertUnseenIn(
                "a provider", SocketDialect.OPENAI.provider(endpoint).toString());
    }

    @EveryDialectAndKind
    void echoedCustomHeaderIsRedacted(SocketDialect dialect, CallKind kind) {
        ScriptedServer server = scenario.server()
                .then(ScriptedReply.error(403, "permission_error", "Not with " + CANARY.key() + " here."));
        Endpoint endpoint = SocketDialect.endpoint("p1", server, "another-key")
                .withHeader("x-gateway-auth", "Bearer " + CANARY.key());
        search.look(kind.result(scenario.understudy(scenario.provider(dialect, endpoint)), REQUEST));
        assertThat(server.calls().get(0).header("x-gateway-auth")).endsWith(CANARY.key());
    }

    @Test
    void configurationErrorDoesNotExposeTheKey() {
        for (String mistake : List.of(CANARY.key() + "\n", CANARY.key() + "é", " " + CANARY.key())) {
            assertThatThrownBy(() -> Secret.of(mistake)).satisfies(CANARY::assertUnseenIn);
            assertThatThrownBy(() -> Endpoint.of("p1", "https://host/v1", mistake))
                    .satisfies(CANARY::assertUnseenIn);
        }
        for (String url : List.of(
                "https://user:" + CANARY.key() + "@host/v1",
                "ht tp://" + CANARY.key(),
                "http://far.example/" + CANARY.key())) {
            assertThatThrownBy(() -> Endpoint.of("p1", url)).satisfies(CANARY::assertUnseenIn);
        }
        assertThatThrownBy(() -> Endpoint.of("p1", "https://host/v1").withHeader("x-key", CANARY.key() + "\n"))
                .satisfies(CANARY::assertUnseenIn);
        assertThatThrownBy(() -> Endpoint.of("p1", "https://host/v1", CANARY.key(), CANARY.key()))
                .satisfies(CANARY::assertUnseenIn);
    }
}
