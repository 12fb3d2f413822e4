package dev.understudy.provider.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.StreamChunk;
import dev.understudy.provider.Http2Server;
import dev.understudy.provider.Providers;
import dev.understudy.provider.SilencingRelay;
import dev.understudy.provider.TlsCertificates;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.endpoint.Transport;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import io.netty.channel.ChannelHandlerContext;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.Http11SslContextSpec;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.server.HttpServer;
import reactor.netty.tcp.SslProvider;
import reactor.test.StepVerifier;

/** Frames of HTTP/2 that a server may send, and how many connections and streams are opened. */
class Http2WireTest {

    private static final Duration SOON = Duration.ofSeconds(60);
    /** Opening a connection takes its time while cores are busy. */
    private static final Transport PATIENT =
            TlsCertificates.transport().withConnect(SOON).withAcquire(SOON);

    private static final ChatRequest REQUEST = ChatRequest.of("m", "hi");

    private static ChatProvider provider(Http2Server server, Transport transport) {
        return Providers.openAiCompatible(
                Endpoint.of("stage", "https://127.0.0.1:" + server.port() + "/v1", "k1")
                        .withTransport(transport),
                OpenAiCompatibility.defaults());
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 102, 103})
    void interimResponseBeforeTheAnswerIsPassedOver(int status) {
        Consumer<ChannelHandlerContext> answer = stream -> {
            Http2Server.status(stream, status);
            stream.executor().schedule(() -> Http2Server.completion(stream), 100, TimeUnit.MILLISECONDS);
        };
        try (Http2Server server = new Http2Server(100, answer);
                ChatProvider provider = provider(server, TlsCertificates.transport())) {
            StepVerifier.create(provider.chat(REQUEST).map(ChatResponse::text))
                    .expectNext("It rains")
                    .expectComplete()
                    .verify(SOON);
        }
    }

    @Test
    void maxConnectionsLimitsConnectionsOverHttp2() {
        Queue<ChannelHandlerContext> waiting = new ConcurrentLinkedQueue<>();
        AtomicBoolean released = new AtomicBoolean();
        Consumer<ChannelHandlerContext> answer = stream -> {
            waiting.add(stream);
            if (released.get() && waiting.remove(stream)) {
                Http2Server.completion(stream);
            }
        };
        try (Http2Server server = new Http2Server(10, answer);
                ChatProvider provider = provider(
                        server,
                        TlsCertificates.transport().withMaxConnections(2).withAcquire(Duration.ofSeconds(5)))) {
            List<FailureKind> kinds = new CopyOnWriteArrayList<>();
            StepVerifier.create(Flux.range(0, 30)
                            .flatMap(
                                    i -> provider.chat(REQUEST)
                                            .map(ChatResponse::text)
                                            .onErrorResume(CallFailed.class, failed -> {
                                                kinds.add(failed.failure().kind());
                                                return Mono.just("full");
                                            }),
                                    30))
                    .expectNext("full", "full", "full", "full", "full", "full", "full", "full", "full", "full")
                    .then(() -> assertThat(server.connections).hasValue(2))
                    .then(() -> {
                        released.set(true);
                        for (ChannelHandlerContext stream = waiting.poll(); stream != null; stream = waiting.poll()) {
                            ChannelHandlerContext next = stream;
                            next.executor().execute(() -> Http2Server.completion(next));
                        }
                    })
                    .expectNextCount(20)
                    .expectComplete()
                    .verify(SOON);
            assertThat(kinds).hasSize(10).containsOnly(FailureKind.SKIPPED);
            assertThat(server.connections).hasValue(2);
        }
    }

    @Test
    void callsWaitForAConnectionThatIsBeingOpened() {
        try (Http2Server server = new Http2Server(100, Http2Server::completion);
                SilencingRelay relay = SilencingRelay.to(server.port());
                ChatProvider provider = Providers.openAiCompatible(
                        Endpoint.of("stage", relay.url(), "k1")
                                .withTransport(TlsCertificates.transport()
                                        .withMaxConnections(1)
                                        .withAcquire(Duration.ofMillis(50))),
                        OpenAiCompatibility.defaults())) {
            relay.delay(Duration.ofMillis(500));
            StepVerifier.create(Flux.range(0, 20).flatMap(i -> provider.chat(REQUEST), 20))
                    .expectNextCount(20)
                    .expectComplete()
                    .verify(SOON);
            assertThat(relay.accepted()).isEqualTo(1);
        }
    }

    @Test
    void callsOpenTheirConnectionsAtOnceWhenTheServerSpeaksHttp1Only() {
        Http11SslContextSpec tls = Http11SslContextSpec.forServer(
                TlsCertificates.LOOPBACK.getKeyPair().getPrivate(), TlsCertificates.LOOPBACK.getCertificate());
        DisposableServer server = HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .protocol(HttpProtocol.HTTP11)
                .secure(spec -> spec.sslContext((SslProvider.GenericSslContextSpec<?>) tls))
                .handle((request, response) -> response.header("content-type", "application/json")
                        .sendString(request.receive().aggregate().asByteArray().map(body -> Http2Server.ANSWER)))
                .bindNow();
        try (SilencingRelay relay = SilencingRelay.to(server.port());
                ChatProvider provider = Providers.openAiCompatible(
                        Endpoint.of("stage", relay.url(), "k1").withTransport(PATIENT),
                        OpenAiCompatibility.defaults())) {
            relay.hold(2, 15); // the second to the fourteenth get nowhere before the fifteenth begins
            StepVerifier.create(Flux.range(0, 20).flatMap(i -> provider.chat(REQUEST), 20))
                    .expectNextCount(20)
                    .expectComplete()
                    .verify(SOON);
        } finally {
            server.disposeNow();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.Wire.class,
            names = {"HTTP1", "HTTP2"})
    void fullPoolSendsACallToTheNextProviderSoon(Transport.Wire wire) {
        try (ScriptedServer full = TlsCertificates.server()
                        .always(ScriptedReply.text("It rains").stall(ScriptedReply.FaultPoint.tokens(1)));
                ScriptedServer free = TlsCertificates.server().always(ScriptedReply.text("It rains"))) {
            int calls = wire == Transport.Wire.HTTP1
                    ? 1
                    : Transport.Network.defaults().maxConcurrentStreams();
            Transport narrow = PATIENT.withWire(wire).withMaxConnections(1).withAcquire(Duration.ofSeconds(2));
            try (ChatProvider first = scripted(full, narrow);
                    Understudy understudy = Understudy.builder()
                            .provider(first)
                            .provider(scripted(free, PATIENT))
                            .build()) {
                StepVerifier.create(Flux.range(0, calls)
                                .flatMap(i -> first.stream(REQUEST).filter(StreamChunk::isContent), calls))
                        .expectNextCount(calls)
                        .then(() -> StepVerifier.create(understudy.chat(REQUEST).map(ChatResponse::text))
                                .expectNext("It rains")
                                .expectComplete()
                                .verify(SOON))
                        .thenCancel()
                        .verify(SOON);
            }
            assertThat(full.connectionsOpened()).isEqualTo(1);
            assertThat(Transport.defaults().pool().acquire()).isLessThan(Duration.ofMillis(500));
        }
    }

    @Test
    void hundredCallsAtOnceOpenOneConnection() {
        try (ScriptedServer server = TlsCertificates.server().always(ScriptedReply.text("It rains"));
                ChatProvider provider = scripted(server, PATIENT)) {
            StepVerifier.create(Flux.range(0, 100)
                            .flatMap(i -> provider.chat(REQUEST).map(ChatResponse::text), 100)
                            .distinct())
                    .expectNext("It rains")
                    .expectComplete()
                    .verify(SOON);
            assertThat(server.calls()).hasSize(100);
            assertThat(server.connectionsOpened()).isEqualTo(1);
        }
    }

    @Test
    void slowReadersDoNotHoldUpOtherStreamsOfTheConnection() {
        ChatRequest large = ChatRequest.of("large", "hi");
        try (ScriptedServer server = TlsCertificates.server()
                        .when(asked -> asked.model().equals("large"), ScriptedReply.text("words ".repeat(100_000)))
                        .always(ScriptedReply.text("It rains"));
                ChatProvider provider = scripted(server, PATIENT)) {
            StepVerifier.create(Flux.range(0, 20).flatMap(i -> provider.stream(large), 20, 1), 20)
                    .expectNextCount(20)
                    .then(() -> StepVerifier.create(provider.stream(REQUEST)
                                    .ofType(StreamChunk.Text.class)
                                    .map(StreamChunk.Text::text)
                                    .collectList()
                                    .map(texts -> String.join("", texts)))
                            .expectNext("It rains")
                            .expectComplete()
                            .verify(SOON))
                    .thenCancel()
                    .verify(SOON);
            assertThat(server.connectionsOpened()).isEqualTo(1);
        }
    }

    private static ChatProvider scripted(ScriptedServer server, Transport transport) {
        return Providers.openAiCompatible(
                Endpoint.of("p" + server.port(), server.url(), "k1").withTransport(transport),
                OpenAiCompatibility.defaults());
    }
}
