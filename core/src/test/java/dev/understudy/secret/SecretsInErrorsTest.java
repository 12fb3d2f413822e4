package dev.understudy.secret;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.FailureKind;
import dev.understudy.policy.TimeoutPolicy;
import dev.understudy.scenario.CallKind;
import dev.understudy.scenario.CallResult;
import dev.understudy.scenario.SocketDialect;
import dev.understudy.scenario.SocketScenario;
import dev.understudy.secret.CanaryKey.Echo;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** API keys that a server echoes in errors are not exposed. */
class SecretsInErrorsTest {

    private static final List<Integer> STATUSES = List.of(302, 400, 401, 403, 404, 429, 500, 503);

    @RegisterExtension
    final SocketScenario scenario = new SocketScenario();

    private final CapturedOutput aloud = new CapturedOutput();

    @AfterEach
    void nothingIsLogged() {
        aloud.close();
        for (CanaryKey canary : List.of(CanaryKey.wellKnown(), CanaryKey.plain())) {
            new SecretSearch(scenario, aloud, canary).listen();
        }
    }

    private static final boolean ALL = Boolean.getBoolean("understudy.tests.all");
    private static final int FIRST = SocketScenario.HTTP2 ? 0 : 1;

    /**
     * A key of unknown form in every echo, and one of common form where that could matter. By default each echo of each
     * form runs in one combination of dialect and kind of call, another one over HTTP/2, where every second echo runs; in all of them with
     * {@code -Dunderstudy.tests.all=true}.
     */
    static Stream<Arguments> echoes() {
        return Stream.concat(
                echoes(CanaryKey.plain(), Echo.values()),
                echoes(CanaryKey.wellKnown(), Echo.WHOLE, Echo.MASKED, Echo.BEGINNING));
    }

    private static Stream<Arguments> echoes(CanaryKey canary, Echo... echoes) {
        List<Arguments> all = SocketScenario.times(
                        SocketScenario.times(SocketScenario.everywhere(), canary), (Object[]) echoes)
                .toList();
        int combinations = all.size() / echoes.length;
        return IntStream.range(0, all.size())
                .filter(i -> ALL || i / echoes.length == (i % echoes.length + FIRST) % combinations)
                .filter(i -> ALL || !SocketScenario.HTTP2 || i % echoes.length % 2 == 0)
                .mapToObj(all::get);
    }

    private CallResult play(SocketDialect dialect, CallKind kind, CanaryKey canary, ScriptedServer server) {
        return new SecretSearch(scenario, aloud, canary).play(dialect, kind, server.url(), TimeoutPolicy.defaults());
    }

    @ParameterizedTest
    @MethodSource("echoes")
    void httpErrorDoesNotExposeTheKey(SocketDialect dialect, CallKind kind, CanaryKey canary, Echo echo) {
        String song = echo.of(canary.key());
        Set<FailureKind> kinds = EnumSet.noneOf(FailureKind.class);
        for (int status : STATUSES) {
            ScriptedServer server = scenario.server()
                    .then(ScriptedReply.error(status, "an_error", "Not with the key " + song + ", as you know.")
                            .withHeader("x-request-id", song)
                            .withHeader("x-amzn-errortype", song)
                            .withHeader("location", "https://elsewhere.example/" + song)
                            .withHeader("www-authenticate", "Bearer realm=\"" + song + "\""));
            kinds.addAll(play(dialect, kind, canary, server).kinds());
            assertThat(server.calls().get(0).key()).isEqualTo(canary.key());
        }
        assertThat(kinds).hasSizeGreaterThan(5);
    }

    @ParameterizedTest
    @MethodSource("echoes")
    void httpErrorWithoutMessageDoesNotExposeTheKey(SocketDialect dialect, CallKind kind, CanaryKey canary, Echo echo) {
        String song = echo.of(canary.key());
        for (ScriptedReply scriptedReply : List.of(
                ScriptedReply.raw(400, "text/plain", song),
                ScriptedReply.raw(401, "text/html", "<html><body>" + song + "</body></html>"),
                ScriptedReply.raw(500, "application/json", "{\"error\":{\"code\":\"" + song + "\",\"message\":null}}"),
                ScriptedReply.raw(429, "application/json", "{\"error\":\"" + song + "\",\"type\":\"" + song + "\"}"),
                ScriptedReply.raw(400, "application/json", "[{\"message\":\"{\\\"error\\\":\\\"" + song + "\\\"}\"}]"),
                ScriptedReply.raw(
                        400, "application/json", "{\"detail\":[{\"loc\":[\"body\",\"" + song + "\"],\"msg\":\"no\"}]}"),
                ScriptedReply.raw(503, "application/json", "{\"message\":\"" + "word ".repeat(95) + song + "\"}"))) {
            play(dialect, kind, canary, scenario.server().then(scriptedReply));
        }
    }

    @ParameterizedTest
    @MethodSource("echoes")
    void inBandErrorDoesNotExposeTheKey(SocketDialect dialect, CallKind kind, CanaryKey canary, Echo echo) {
        String song = echo.of(canary.key());
        for (ScriptedReply scriptedReply : List.of(
                ScriptedReply.text("one two")
                        .fail(ScriptedReply.FaultPoint.tokens(0), "overloaded_error", "Busy with " + song + " now."),
                ScriptedReply.text("one two")
                        .fail(
                                ScriptedReply.FaultPoint.tokens(1),
                                "authentication_error",
                                "Not with " + song + " here."),
                ScriptedReply.raw(200, "application/json", song),
                ScriptedReply.raw(200, "application/json", "{\"choices\": " + song + "}"),
                ScriptedReply.raw(200, "application/json", "{\"" + song + "\": 1"),
                ScriptedReply.raw(200, "text/event-stream", "data: " + song + "\n\n"),
                ScriptedReply.raw(
                        200, "text/event-stream", "event: " + song + "\ndata: {\"type\":\"" + song + "\"}\n\n"),
                ScriptedReply.raw(200, "text/event-stream", "error: {\"message\":\"" + song + "\"}\n\n"),
                ScriptedReply.raw(200, "text/event-stream", "event: error\ndata: " + song + "\n\n"),
                ScriptedReply.raw(200, "text/event-stream", song + ": x\n\n: " + song + "\n\n"))) {
            CallResult result = play(dialect, kind, canary, scenario.server().then(scriptedReply));
            assertThat(result.error()).isInstanceOf(ChatException.class);
        }
    }
}
