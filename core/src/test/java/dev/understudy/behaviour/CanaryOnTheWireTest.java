package dev.understudy.behaviour;

import static dev.understudy.behaviour.Rehearsal.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.Understudy;
import dev.understudy.behaviour.Canary.Echo;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.policy.TimeoutPolicy;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.Secret;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A key is nowhere to be seen when it is not the vendor's words that fail, and when nothing fails at all. */
class CanaryOnTheWireTest {

    private static final Canary CANARY = Canary.plain();

    @RegisterExtension
    final Rehearsal stage = new Rehearsal();

    private final Aloud aloud = new Aloud();
    private final Search search = new Search(stage, aloud, CANARY);

    @AfterEach
    void nothingIsLogged() {
        aloud.close();
        search.listen();
    }

    static Stream<Arguments> echoes() {
        return Rehearsal.times(Rehearsal.everywhere(), Echo.WHOLE, Echo.BASE64, Echo.END);
    }

    @ParameterizedTest
    @MethodSource("echoes")
    void whatIsNoHttpDoesNotShowIt(Wire wire, Door door, Echo echo) {
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
            Heard heard =
                    search.play(wire, door, stage.closing(new Garbage(answer)).url(), TimeoutPolicy.defaults());
            assertThat(heard.error()).isInstanceOf(ChatException.Exhausted.class);
        }
    }

    /** A reply for each kind of failure that a server can cause, with the key wherever a word can be. */
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

    @OnEveryWire
    void noKindOfFailureShowsIt(Wire wire, Door door) {
        Set<FailureKind> missing = EnumSet.complementOf(EnumSet.of(FailureKind.SKIPPED, FailureKind.TIMEOUT));
        for (ScriptedReply scriptedReply : everyKind(CANARY.key())) {
            String url = stage.server().then(scriptedReply).url();
            missing.removeAll(
                    search.play(wire, door, url, TimeoutPolicy.defaults()).kinds());
        }
        assertThat(missing).isEmpty();
    }

    @OnEveryWire
    void silenceAndRefusalDoNotShowIt(Wire wire, Door door) {
        Duration limit = Duration.ofMillis(200);
        TimeoutPolicy impatient =
                TimeoutPolicy.defaults().withFirstContent(limit).withResponse(limit);
        ScriptedServer silent =
                stage.server().then(ScriptedReply.text("Never.").stall(ScriptedReply.FaultPoint.nothing()));
        assertThat(search.play(wire, door, silent.url(), impatient).kinds()).contains(FailureKind.TIMEOUT);
        ScriptedServer nobody = stage.closing(ScriptedServer.refusing());
        assertThat(search.play(wire, door, nobody.url(), impatient).kinds()).contains(FailureKind.CONNECT);
    }

    @OnEveryWire
    void accidentsInTheMiddleDoNotShowIt(Wire wire, Door door) {
        for (ScriptedReply scriptedReply : List.of(
                ScriptedReply.text("one two").cut(ScriptedReply.FaultPoint.tokens(1)),
                ScriptedReply.text("one two").reset(ScriptedReply.FaultPoint.tokens(1)),
                ScriptedReply.text("one two").garble(ScriptedReply.FaultPoint.tokens(1)),
                ScriptedReply.text("one two").withoutFinish().withoutTerminal(),
                ScriptedReply.empty())) {
            search.play(wire, door, stage.server().then(scriptedReply).url(), TimeoutPolicy.defaults());
        }
    }

    @OnEveryWire
    void aCallThatIsServedDoesNotShowItAndTheServerDoesGetIt(Wire wire, Door door) {
        ScriptedServer server = stage.server().then(ScriptedReply.text("Yes."));
        Heard heard = search.play(wire, door, server.url(), TimeoutPolicy.defaults());
        assertThat(heard.text()).isEqualTo("Yes.");
        assertThat(server.calls()).extracting(call -> call.key()).containsExactly(CANARY.key());
        assertThat(heard.finish().vendorMetadata().keyFingerprint())
                .isEqualTo(Secret.of(CANARY.key()).fingerprint());
        assertThat(aloud.heard()).as("what is logged at DEBUG").contains("reactor.netty");
    }

    @OnEveryWire
    void rotationAndFailoverDoNotShowIt(Wire wire, Door door) {
        ScriptedServer server = stage.server()
                .then(
                        ScriptedReply.error(401, "authentication_error", "Wrong: " + CANARY.key()),
                        ScriptedReply.error(429, "insufficient_quota", "Empty: " + CANARY.key()),
                        ScriptedReply.error(500, "api_error", "Broken: " + CANARY.key()),
                        ScriptedReply.text("Yes."));
        Endpoint several = Wire.endpoint("p1", server, "another-key-1", CANARY.key(), "another-key-2");
        Understudy understudy = stage.understudy(stage.provider(wire, several));
        Heard heard = door.hear(understudy, REQUEST);
        assertThat(heard.text()).isEqualTo("Yes.");
        assertThat(stage.events(Event.ProviderReported.class)).hasSize(4);
        search.look(heard, several, understudy);
    }

    @Test
    void aProbeThatFailsDoesNotShowIt() {
        ScriptedServer server = stage.server()
                .rule(asked -> ScriptedReply.error(401, "authentication_error", "Wrong: " + CANARY.key()));
        for (Wire wire : Wire.values()) {
            Throwable error = stage.provider(wire, "p1", server, CANARY.key())
                    .probe()
                    .then(reactor.core.publisher.Mono.<Throwable>empty())
                    .onErrorResume(reactor.core.publisher.Mono::just)
                    .block(Door.SOON);
            assertThat(error).isInstanceOf(ChatException.class);
            CANARY.assertUnseenIn(error);
        }
    }

    @Test
    void aHeaderFieldThatHoldsItDoesNotShowIt() {
        Endpoint endpoint = Endpoint.of("p1", "https://gateway.example/v1").withHeader("x-gateway-key", CANARY.key());
        CANARY.assertUnseenIn("an endpoint", endpoint.toString());
        CANARY.assertUnseenIn("a provider", Wire.OPENAI.provider(endpoint).toString());
    }

    @OnEveryWire
    void theValueOfSuchAFieldIsTakenOutWhereAServerEchoesIt(Wire wire, Door door) {
        ScriptedServer server = stage.server()
                .then(ScriptedReply.error(403, "permission_error", "Not with " + CANARY.key() + " here."));
        Endpoint endpoint =
                Wire.endpoint("p1", server, "another-key").withHeader("x-gateway-auth", "Bearer " + CANARY.key());
        search.look(door.hear(stage.understudy(stage.provider(wire, endpoint)), REQUEST));
        assertThat(server.calls().get(0).header("x-gateway-auth")).endsWith(CANARY.key());
    }

    @Test
    void aMistakeInTheConfigurationDoesNotShowIt() {
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
