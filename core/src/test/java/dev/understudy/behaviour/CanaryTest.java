package dev.understudy.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.behaviour.Canary.Echo;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.FailureKind;
import dev.understudy.policy.TimeoutPolicy;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A key is nowhere to be seen, whatever a server does with it. */
class CanaryTest {

    private static final List<Integer> STATUSES = List.of(302, 400, 401, 403, 404, 429, 500, 503);

    @RegisterExtension
    final Rehearsal stage = new Rehearsal();

    private final Aloud aloud = new Aloud();

    @AfterEach
    void nothingIsLogged() {
        aloud.close();
        for (Canary canary : List.of(Canary.wellKnown(), Canary.plain())) {
            new Search(stage, aloud, canary).listen();
        }
    }

    /** A key of unknown form in every echo, and one of well-known form where that could matter. */
    static Stream<Arguments> echoes() {
        Stream<Arguments> unknown =
                Rehearsal.times(Rehearsal.times(Rehearsal.everywhere(), Canary.plain()), (Object[]) Echo.values());
        Stream<Arguments> known = Rehearsal.times(
                Rehearsal.times(Rehearsal.everywhere(), Canary.wellKnown()), Echo.WHOLE, Echo.MASKED, Echo.BEGINNING);
        return Stream.concat(unknown, known);
    }

    private Heard play(Wire wire, Door door, Canary canary, ScriptedServer server) {
        return new Search(stage, aloud, canary).play(wire, door, server.url(), TimeoutPolicy.defaults());
    }

    @ParameterizedTest
    @MethodSource("echoes")
    void noErrorOfHttpShowsIt(Wire wire, Door door, Canary canary, Echo echo) {
        String song = echo.of(canary.key());
        Set<FailureKind> kinds = EnumSet.noneOf(FailureKind.class);
        for (int status : STATUSES) {
            ScriptedServer server = stage.server()
                    .then(ScriptedReply.error(status, "an_error", "Not with the key " + song + ", as you know.")
                            .withHeader("x-request-id", song)
                            .withHeader("x-amzn-errortype", song)
                            .withHeader("location", "https://elsewhere.example/" + song)
                            .withHeader("www-authenticate", "Bearer realm=\"" + song + "\""));
            kinds.addAll(play(wire, door, canary, server).kinds());
            assertThat(server.calls().get(0).key()).isEqualTo(canary.key());
        }
        assertThat(kinds).hasSizeGreaterThan(5);
    }

    @ParameterizedTest
    @MethodSource("echoes")
    void noErrorWithoutWordsShowsItEither(Wire wire, Door door, Canary canary, Echo echo) {
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
            play(wire, door, canary, stage.server().then(scriptedReply));
        }
    }

    @ParameterizedTest
    @MethodSource("echoes")
    void noErrorInsideOfASuccessShowsIt(Wire wire, Door door, Canary canary, Echo echo) {
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
            Heard heard = play(wire, door, canary, stage.server().then(scriptedReply));
            assertThat(heard.error()).isInstanceOf(ChatException.class);
        }
    }
}
