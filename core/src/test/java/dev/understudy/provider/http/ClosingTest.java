package dev.understudy.provider.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.chat.ChatException;
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
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** The end of a provider, and the time that its connections may take to open. */
class ClosingTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final ChatRequest REQUEST = ChatRequest.of("m", "hi");

    private final ScriptedServer server = TlsCertificates.server().always(ScriptedReply.text("It rains"));
    private final SilencingRelay relay = SilencingRelay.to(server.port());

    @AfterEach
    void close() {
        relay.close();
        server.close();
    }

    private ChatProvider provider(Transport transport) {
        return Providers.openAiCompatible(
                Endpoint.of("stage", relay.url(), "k1").withTransport(transport), OpenAiCompatibility.defaults());
    }

    private static Transport over(Transport.Wire wire) {
        return TlsCertificates.transport().withWire(wire);
    }

    private static Consumer<Throwable> failure(FailureKind kind, String words) {
        return error -> {
            assertThat(error).isInstanceOf(CallFailed.class).hasMessageContaining(words);
            assertThat(((CallFailed) error).failure().kind()).isEqualTo(kind);
        };
    }

    private Mono<Long> closedConnections() {
        return Flux.interval(Duration.ZERO, Duration.ofMillis(20))
                .map(tick -> relay.open())
                .filter(open -> open == 0)
                .next();
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.Wire.class,
            names = {"HTTP1", "HTTP2"})
    void connectLimitIncludesTls(Transport.Wire wire) {
        relay.hold(1, Integer.MAX_VALUE);
        try (ChatProvider provider = provider(over(wire).withConnect(Duration.ofMillis(300)))) {
            StepVerifier.create(provider.chat(REQUEST))
                    .expectErrorSatisfies(failure(FailureKind.CONNECT, "no connection in time"))
                    .verify(Duration.ofSeconds(8)); // less than the handshake's own limit of 10 s
        }
    }

    @Test
    void connectLimitIncludesTheFirstSettingsOfHttp2() {
        Transport transport = TlsCertificates.transport().withConnect(Duration.ofMillis(500));
        try (Http2Server silent = Http2Server.silentAfterTls();
                ChatProvider provider = Providers.openAiCompatible(
                        Endpoint.of("silent", "https://127.0.0.1:" + silent.port() + "/v1", "k1")
                                .withTransport(transport),
                        OpenAiCompatibility.defaults())) {
            StepVerifier.create(provider.chat(REQUEST))
                    .expectErrorSatisfies(failure(FailureKind.CONNECT, "no connection in time"))
                    .verify(SOON);
            // Openings fail at once for a moment after one that timed out.
            StepVerifier.create(Mono.delay(Duration.ofMillis(250)).thenMany(provider.stream(REQUEST)))
                    .expectErrorSatisfies(failure(FailureKind.CONNECT, "no connection in time"))
                    .verify(SOON);
            assertThat(silent.connections).hasValue(2);
        }
    }

    @Test
    void settingsThatArriveWithTheHandshakeEndTheConnectLimit() {
        Transport transport = TlsCertificates.transport().withConnect(Duration.ofMillis(500));
        Consumer<ChannelHandlerContext> slow =
                stream -> stream.executor().schedule(() -> Http2Server.completion(stream), 1, TimeUnit.SECONDS);
        try (Http2Server server = Http2Server.joiningHandshakeAndSettings(slow);
                ChatProvider provider = Providers.openAiCompatible(
                        Endpoint.of("slow", "https://127.0.0.1:" + server.port() + "/v1", "k1")
                                .withTransport(transport),
                        OpenAiCompatibility.defaults())) {
            StepVerifier.create(provider.chat(REQUEST).map(ChatResponse::text))
                    .expectNext("It rains")
                    .expectComplete()
                    .verify(SOON);
        }
    }

    @Test
    void callsWaitingForAnOpeningFailTogether() {
        relay.hold(1, Integer.MAX_VALUE);
        try (ChatProvider provider = provider(TlsCertificates.transport().withConnect(Duration.ofMillis(500)))) {
            StepVerifier.create(Flux.range(0, 40)
                            .flatMap(
                                    i -> provider.chat(REQUEST)
                                            .map(ChatResponse::text)
                                            .onErrorResume(
                                                    CallFailed.class,
                                                    failed -> Mono.just(failed.failure()
                                                            .kind()
                                                            .label())),
                                    40)
                            .distinct())
                    .expectNext("connect")
                    .expectComplete()
                    .verify(Duration.ofSeconds(10)); // one after another they take 20 s
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.Wire.class,
            names = {"HTTP1", "HTTP2"})
    void connectionsThatAreBeingOpenedAreClosed(Transport.Wire wire) {
        relay.silenceNext();
        ChatProvider provider = provider(over(wire).withConnect(Duration.ofMinutes(5)));
        StepVerifier.create(provider.chat(REQUEST)
                        .or(Flux.interval(Duration.ofMillis(20))
                                .filter(tick -> relay.accepted() > 0)
                                .next()
                                .doOnNext(tick -> provider.close())
                                .then(Mono.never())))
                .expectErrorSatisfies(failure(FailureKind.SKIPPED, "the provider is closed"))
                .verify(SOON);
        StepVerifier.create(closedConnections()).expectNext(0L).expectComplete().verify(SOON);
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.Wire.class,
            names = {"HTTP1", "HTTP2"})
    void providerThatIsClosedFailsAndOpensNothing(Transport.Wire wire) {
        ChatProvider provider = provider(over(wire));
        provider.close();
        for (Flux<?> call : new Flux<?>[] {
            provider.chat(REQUEST).flux(),
            provider.stream(REQUEST),
            provider.probe().flux()
        }) {
            StepVerifier.create(call)
                    .expectErrorSatisfies(failure(FailureKind.SKIPPED, "the provider is closed"))
                    .verify(SOON);
        }
        assertThat(relay.accepted()).isZero();
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.Wire.class,
            names = {"HTTP1", "HTTP2"})
    void gracefulCloseAwaitsCallsInFlight(Transport.Wire wire) {
        server.always(ScriptedReply.tokens("It ", "rains ", "still").between(Duration.ofMillis(300)));
        ChatProvider provider = provider(over(wire));
        Mono<Void> closing = provider.closeGracefully(Duration.ofSeconds(30)).cache();
        StepVerifier.create(provider.stream(REQUEST)
                        .ofType(StreamChunk.Text.class)
                        .map(StreamChunk.Text::text)
                        .doOnNext(text -> closing.subscribe()))
                .expectNext("It ", "rains ", "still")
                .expectComplete()
                .verify(SOON);
        StepVerifier.create(closing).expectComplete().verify(SOON);
        StepVerifier.create(closedConnections()).expectNext(0L).expectComplete().verify(SOON);
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.Wire.class,
            names = {"HTTP1", "HTTP2"})
    void gracefulCloseEndsCallsThatAreInFlightAfterItsLimit(Transport.Wire wire) {
        server.always(ScriptedReply.text("It rains").stall(ScriptedReply.FaultPoint.tokens(1)));
        ChatProvider provider = provider(over(wire));
        Mono<Void> closing = provider.closeGracefully(Duration.ofMillis(200)).cache();
        StepVerifier.create(
                        provider.stream(REQUEST).filter(StreamChunk::isContent).doOnNext(text -> closing.subscribe()))
                .expectNextCount(1)
                .expectErrorSatisfies(failure(FailureKind.TRUNCATED, "the provider is closed"))
                .verify(SOON);
        StepVerifier.create(closing).expectComplete().verify(SOON);
        StepVerifier.create(closedConnections()).expectNext(0L).expectComplete().verify(SOON);
    }

    @Test
    void gracefulCloseDoesNothingBeforeItIsSubscribedTo() {
        try (ChatProvider provider = provider(TlsCertificates.transport())) {
            Mono<Void> closing = provider.closeGracefully(Duration.ZERO);
            StepVerifier.create(provider.chat(REQUEST))
                    .expectNextCount(1)
                    .expectComplete()
                    .verify(SOON);
            StepVerifier.create(closing).expectComplete().verify(SOON);
            StepVerifier.create(provider.chat(REQUEST)).expectError().verify(SOON);
        }
    }

    @Test
    void gracefulCloseOfTheClientAwaitsFurtherAttemptsOfACallInFlight() {
        server.then(ScriptedReply.status(503).beforeHeaders(Duration.ofMillis(300)));
        Understudy understudy = Understudy.over(provider(TlsCertificates.transport()));
        Mono<Void> closing = understudy.closeGracefully(Duration.ofSeconds(30)).cache();
        StepVerifier.create(server.arrivals()
                        .next()
                        .doOnNext(asked -> closing.subscribe())
                        .then(Mono.<ChatResponse>never())
                        .or(understudy.chat(REQUEST)))
                .assertNext(answer -> assertThat(answer.text()).isEqualTo("It rains"))
                .expectComplete()
                .verify(SOON);
        StepVerifier.create(closing).expectComplete().verify(SOON);
        assertThat(server.calls()).hasSize(2);
        StepVerifier.create(understudy.stream(REQUEST))
                .expectErrorSatisfies(error -> assertThat(error)
                        .isInstanceOf(ChatException.Rejected.class)
                        .hasMessageContaining("closed"))
                .verify(SOON);
        StepVerifier.create(closedConnections()).expectNext(0L).expectComplete().verify(SOON);
    }

    @Test
    void gracefulCloseOfTheClientEndsCallsAfterItsLimit() {
        server.always(ScriptedReply.text("It rains").stall(ScriptedReply.FaultPoint.tokens(1)));
        Understudy understudy = Understudy.over(provider(TlsCertificates.transport()));
        Mono<Void> closing = understudy.closeGracefully(Duration.ofMillis(200)).cache();
        StepVerifier.create(understudy.stream(REQUEST)
                        .filter(StreamChunk::isContent)
                        .doOnNext(text -> closing.subscribe()))
                .expectNextCount(1)
                .expectError(ChatException.class)
                .verify(SOON);
        StepVerifier.create(closing).expectComplete().verify(SOON);
    }
}
