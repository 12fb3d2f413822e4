package dev.understudy.testing;

import static dev.understudy.testing.RawClient.CHAT;
import static dev.understudy.testing.RawClient.MESSAGES;
import static dev.understudy.testing.RawClient.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.testing.RawClient.Received;
import dev.understudy.testing.RecordedRequest.Ending;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.PrematureCloseException;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

/** Faults and pauses on real sockets, as a client sees them. */
class ScriptedFaultsTest {

    private final ScriptedServer server = ScriptedServer.start();
    private final RawClient client = new RawClient(server);

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    @Test
    void cutsBeforeTheHeaders() {
        server.then(ScriptedReply.text("x").cut(ScriptedReply.FaultPoint.nothing()));
        Received heard = client.stream(CHAT);
        assertThat(heard.status()).isZero();
        assertThat(heard.error()).isInstanceOf(PrematureCloseException.class).hasMessageContaining("BEFORE");
    }

    @Test
    void resetsBeforeTheHeaders() {
        server.then(ScriptedReply.text("x").reset(ScriptedReply.FaultPoint.nothing()));
        Received heard = client.stream(CHAT);
        assertThat(heard.status()).isZero();
        assertThat(heard.error()).isNotInstanceOf(PrematureCloseException.class).hasMessageContaining("reset");
    }

    @ParameterizedTest
    @ValueSource(strings = {CHAT, MESSAGES})
    void cutsAndResetsBetweenHeadersAndBody(String path) {
        server.then(
                ScriptedReply.text("x").cut(ScriptedReply.FaultPoint.headers()),
                ScriptedReply.text("x").reset(ScriptedReply.FaultPoint.headers()));
        Received cut = client.stream(path);
        assertThat(cut.status()).isEqualTo(200);
        assertThat(cut.bytes()).isZero();
        assertThat(cut.error()).isInstanceOf(PrematureCloseException.class).hasMessageContaining("DURING");
        Received reset = client.stream(path);
        assertThat(reset.status()).isEqualTo(200);
        assertThat(reset.bytes()).isZero();
        assertThat(reset.error()).isNotInstanceOf(PrematureCloseException.class).hasMessageContaining("reset");
    }

    /** A reset must not overtake what was sent before it. */
    @RepeatedTest(30)
    void resetsAfterTheTokenEveryTime() {
        server.always(ScriptedReply.text("one two three").reset(ScriptedReply.FaultPoint.tokens(2)));
        Received heard = client.stream(MESSAGES);
        assertThat(heard.body()).contains("\"one\"", "\" two\"").doesNotContain("three");
        assertThat(heard.error()).hasMessageContaining("reset");
    }

    @Test
    void cutsWholeAnswersInTheirMiddle() {
        server.always(ScriptedReply.text("one two three"));
        Received all = client.whole(CHAT);
        assertThat(all.header("content-length")).isEqualTo(String.valueOf(all.bytes()));
        assertThat(all.header("content-type")).isEqualTo("application/json");
        server.always(ScriptedReply.text("one two three").cut(ScriptedReply.FaultPoint.tokens(1)));
        Received half = client.whole(CHAT);
        assertThat(half.bytes()).isEqualTo(all.bytes() / 2);
        assertThat(half.header("content-length")).isEqualTo(all.header("content-length"));
        assertThat(half.error()).isInstanceOf(PrematureCloseException.class);
        server.always(ScriptedReply.text("one two three").reset(ScriptedReply.FaultPoint.bytes(5)));
        Received five = client.whole(CHAT);
        assertThat(five.bytes()).isEqualTo(5);
        assertThat(five.error()).hasMessageContaining("reset");
        server.always(ScriptedReply.text("one two three").cut(ScriptedReply.FaultPoint.headers()));
        assertThat(client.whole(CHAT).bytes()).isZero();
    }

    @Test
    void keepsTheConnectionAfterErrorsAndGarbage() {
        server.then(
                ScriptedReply.text("x").fail(ScriptedReply.FaultPoint.tokens(1), "server_error", "broke"),
                ScriptedReply.text("x").garble(ScriptedReply.FaultPoint.tokens(0)),
                ScriptedReply.status(500),
                ScriptedReply.text("ok"));
        assertThat(client.stream(CHAT).body()).contains("\"broke\"").doesNotContain("[DONE]");
        assertThat(client.stream(CHAT).body()).contains("Half a\n\n", "[DONE]");
        assertThat(client.stream(CHAT).status()).isEqualTo(500);
        assertThat(client.stream(CHAT).error()).isNull();
        assertThat(server.connectionsOpened()).isEqualTo(1);
        assertThat(server.requests()).extracting(RecordedRequest::ending).containsOnly(Ending.COMPLETED);
    }

    @Test
    void stallsAfterTheHeadersWithTheConnectionOpen() {
        server.then(ScriptedReply.text("x").stall(ScriptedReply.FaultPoint.headers()));
        StepVerifier.create(client.http().post().uri(CHAT).send(Flux.empty()).response((response, body) -> Flux.just(
                                response.status().code())
                        .concatWith(body.asString().map(String::length))))
                .expectNext(200)
                .expectNoEvent(Duration.ofMillis(300))
                .then(() -> assertThat(server.connectionsOpen()).isEqualTo(1))
                .then(() -> assertThat(server.requests().get(0).ending()).isEqualTo(Ending.OPEN))
                .thenCancel()
                .verify(SOON);
        StepVerifier.create(server.requests().get(0).ended())
                .expectNextCount(1)
                .expectComplete()
                .verify(SOON);
    }

    @Test
    void seesACancelDuringAPause() {
        server.then(ScriptedReply.text("x").beforeFirst(Duration.ofMinutes(5)));
        StepVerifier.create(client.pieces(MESSAGES))
                .thenAwait(Duration.ofMillis(1))
                .then(() -> server.arrivals().blockFirst(SOON))
                .thenCancel()
                .verify(SOON);
        StepVerifier.create(server.endings().next().map(RecordedRequest::ending))
                .expectNext(Ending.CLIENT_CANCELLED)
                .expectComplete()
                .verify(SOON);
    }

    @Test
    void takesItsTime() {
        server.then(
                ScriptedReply.text("x").beforeHeaders(Duration.ofMillis(120)),
                ScriptedReply.text("x").beforeFirst(Duration.ofMillis(120)),
                ScriptedReply.text("one two three").between(Duration.ofMillis(40)),
                ScriptedReply.text("x").withPings(3).between(Duration.ofMillis(30)),
                ScriptedReply.text("x").beforeHeaders(Duration.ofMillis(120)));
        for (int i = 0; i < 4; i++) {
            assertThat(took(true)).isGreaterThanOrEqualTo(Duration.ofMillis(119));
        }
        assertThat(took(false)).isGreaterThanOrEqualTo(Duration.ofMillis(119));
    }

    private Duration took(boolean stream) {
        long start = System.nanoTime();
        Received heard = stream ? client.stream(CHAT) : client.whole(CHAT);
        assertThat(heard.error()).isNull();
        return Duration.ofNanos(System.nanoTime() - start);
    }

    @Test
    void takesRealTimeWhileATestPlaysWithVirtualTime() {
        VirtualTimeScheduler.getOrSet();
        try {
            server.then(ScriptedReply.text("x").beforeFirst(Duration.ofMillis(50)));
            assertThat(client.stream(CHAT).error()).isNull();
        } finally {
            VirtualTimeScheduler.reset();
        }
    }

    @Test
    void endsTheBodyWithTheConnection() {
        server.then(
                ScriptedReply.text("one two").untilClose(),
                ScriptedReply.text("one two").untilClose().cut(ScriptedReply.FaultPoint.tokens(1)),
                ScriptedReply.text("one two").untilClose());
        Received all = client.stream(CHAT);
        assertThat(all.header("transfer-encoding") + all.header("content-length"))
                .isEmpty();
        assertThat(all.body()).endsWith("[DONE]\n\n");
        assertThat(all.error()).isNull();
        Received cut = client.stream(CHAT);
        assertThat(cut.body()).contains("one").doesNotContain("two");
        assertThat(cut.error()).isNull();
        assertThat(client.whole(CHAT).body()).contains("one two").endsWith("}");
        assertThat(server.connectionsOpened()).isEqualTo(3);
    }

    @Test
    void sendsRawPiecesAtAnyPath() {
        byte[] piece = "{\"a\":".getBytes(StandardCharsets.UTF_8);
        server.then(
                        ScriptedReply.raw(200, "application/x-ndjson", piece, piece, piece)
                                .withHeader("x-odd", "1"),
                        ScriptedReply.raw(200, "application/x-ndjson", piece, piece, piece)
                                .cut(ScriptedReply.FaultPoint.events(2)))
                .always(ScriptedReply.raw(502, "text/html", "<h1>Bad gateway</h1>"));
        Received all = client.stream("/v1beta/models/m:generate?alt=sse");
        assertThat(all.header("content-type")).isEqualTo("application/x-ndjson");
        assertThat(all.header("x-odd")).isEqualTo("1");
        assertThat(all.body()).isEqualTo("{\"a\":{\"a\":{\"a\":");
        assertThat(client.stream("/api/chat").bytes()).isEqualTo(10);
        Received html = client.stream("/v1/responses");
        assertThat(html.status()).isEqualTo(502);
        assertThat(html.header("content-length")).isEqualTo("20");
        assertThat(html.body()).isEqualTo("<h1>Bad gateway</h1>");
    }

    @Test
    void knowsNothingElsewhereAndKeepsTheScript() {
        server.then(ScriptedReply.text("first"), ScriptedReply.text("second"));
        assertThat(client.stream("/v1/embeddings").status()).isEqualTo(404);
        assertThat(client.whole(CHAT).body()).contains("first");
    }

    @Test
    void answersByKeyPathAndModel() {
        server.when(asked -> asked.model().equals("gone"), ScriptedReply.status(404))
                .rule(asked -> asked.path().equals(MESSAGES) ? ScriptedReply.text(asked.key()) : null)
                .always(ScriptedReply.text("else"));
        assertThat(client.post(CHAT, "{\"model\":\"gone\"}").body()).contains("model_not_found", "`gone`");
        assertThat(client.whole(MESSAGES).body()).contains("\"k1\"");
        assertThat(client.whole(CHAT).body()).contains("else");
    }

    @Test
    void closesAllConnectionsWithIt() {
        server.then(ScriptedReply.text("x").stall(ScriptedReply.FaultPoint.headers()));
        StepVerifier.create(client.pieces(CHAT))
                .then(() -> server.arrivals().blockFirst(SOON))
                .then(server::close)
                .expectError()
                .verify(SOON);
        assertThat(server.requests().get(0).ending()).isEqualTo(Ending.CUT);
        StepVerifier.create(server.connections().filter(open -> open == 0).next())
                .expectNextCount(1)
                .expectComplete()
                .verify(SOON);
        StepVerifier.create(server.endings())
                .expectNextCount(1)
                .expectComplete()
                .verify(SOON);
        assertThat(client.stream(CHAT).error()).isInstanceOf(java.net.ConnectException.class);
        server.close();
    }

    @Test
    void forgetsARequestThatNeverBecameWhole() throws Exception {
        try (Socket socket = new Socket("127.0.0.1", server.port())) {
            socket.getOutputStream()
                    .write(("POST " + CHAT + " HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{\"model\"")
                            .getBytes(StandardCharsets.US_ASCII));
            server.connections().filter(open -> open == 1).blockFirst(SOON);
        }
        server.connections().filter(open -> open == 0).blockFirst(SOON);
        assertThat(server.requests()).isEmpty();
        assertThat(client.whole(CHAT).status()).isEqualTo(200);
    }

    @Test
    void http2IsSpokenWithPriorKnowledge() {
        try (ScriptedServer http2 = ScriptedServer.startHttp2();
                RawClient knowing = new RawClient(http2, HttpProtocol.H2C)) {
            http2.then(
                    ScriptedReply.text("one two"),
                    ScriptedReply.text("one two").reset(ScriptedReply.FaultPoint.tokens(1)),
                    ScriptedReply.text("one two").stall(ScriptedReply.FaultPoint.tokens(1)),
                    ScriptedReply.text("one two"));
            assertThat(knowing.stream(CHAT).body()).endsWith("[DONE]\n\n");
            Received reset = knowing.stream(CHAT);
            assertThat(reset.body()).contains("one").doesNotContain("two");
            assertThat(reset.error()).isNotNull();
            StepVerifier.create(knowing.pieces(CHAT))
                    .thenConsumeWhile(piece -> !piece.contains("one"))
                    .thenCancel()
                    .verify(SOON);
            assertThat(knowing.whole(MESSAGES).body()).contains("one two");
            StepVerifier.create(
                            http2.endings().take(4).map(RecordedRequest::ending).collectList())
                    .assertNext(all -> assertThat(all)
                            .containsExactlyInAnyOrder(
                                    Ending.COMPLETED, Ending.CUT, Ending.CLIENT_CANCELLED, Ending.COMPLETED))
                    .expectComplete()
                    .verify(SOON);
            assertThat(http2.requests()).extracting(RecordedRequest::connection).containsOnly(1);
            assertThat(http2.connectionsOpened()).isEqualTo(1);
            http2.then(
                    ScriptedReply.text("one two").cut(ScriptedReply.FaultPoint.tokens(1)), ScriptedReply.text("again"));
            assertThat(knowing.stream(CHAT).error()).isNotNull();
            assertThat(knowing.whole(CHAT).body()).contains("again");
            assertThat(http2.connectionsOpened()).isEqualTo(2);
        }
    }

    @Test
    void sendsLongAnswersWhole() {
        String[] tokens = java.util.stream.IntStream.range(0, 3000)
                .mapToObj(i -> " w" + i)
                .toArray(String[]::new);
        server.always(ScriptedReply.tokens(tokens));
        for (String path : new String[] {CHAT, MESSAGES}) {
            Received heard = client.stream(path);
            assertThat(heard.error()).isNull();
            assertThat(heard.events()).hasSizeGreaterThan(3000);
            assertThat(heard.body()).contains("\" w0\"", "\" w2999\"");
        }
    }

    @Test
    void waitsForASlowReaderInsteadOfBuffering() {
        byte[][] pieces = new byte[400][100_000];
        server.then(ScriptedReply.raw(200, "application/octet-stream", pieces));
        StepVerifier.create(client.pieces(CHAT).map(String::length), 1)
                .expectNextCount(1)
                .expectNoEvent(Duration.ofMillis(300))
                .then(() -> assertThat(server.requests().get(0).ending()).isEqualTo(Ending.OPEN))
                .thenRequest(Long.MAX_VALUE)
                .thenConsumeWhile(length -> true)
                .expectComplete()
                .verify(SOON);
        StepVerifier.create(server.requests().get(0).ended().map(RecordedRequest::ending))
                .expectNext(Ending.COMPLETED)
                .expectComplete()
                .verify(SOON);
    }

    @Test
    void servesManyRequestsConcurrently() {
        server.always(ScriptedReply.text("one two three").between(Duration.ofMillis(2)));
        try (RawClient crowd = new RawClient(server, HttpProtocol.HTTP11, 50)) {
            Flux.range(0, 150)
                    .flatMap(i -> crowd.pieces(i % 2 == 0 ? CHAT : MESSAGES).reduce("", String::concat), 50)
                    .doOnNext(body -> assertThat(body).contains("one", "two", "three"))
                    .count()
                    .as(StepVerifier::create)
                    .expectNext(150L)
                    .expectComplete()
                    .verify(SOON);
        }
        assertThat(server.calls())
                .hasSize(150)
                .extracting(RecordedRequest::number)
                .doesNotHaveDuplicates();
        assertThat(server.connectionsOpened()).isLessThanOrEqualTo(50);
    }
}
