package dev.understudy.provider.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.guard.AttemptLink;
import dev.understudy.provider.Http2Server;
import dev.understudy.provider.Providers;
import dev.understudy.provider.SilencingRelay;
import dev.understudy.provider.TlsCertificates;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.endpoint.Transport;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import io.netty.handler.codec.http2.Http2Error;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.util.context.Context;

/** Requests on pooled connections that are dead without anybody having said so. */
class ResendTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final ChatRequest REQUEST = ChatRequest.of("m", "hi");

    private final ScriptedServer server =
            TlsCertificates.server().always(ScriptedReply.text("It rains").beforeHeaders(Duration.ofMillis(200)));
    private final SilencingRelay relay = SilencingRelay.to(server.port());

    @AfterEach
    void close() {
        relay.close();
        server.close();
    }

    private ChatProvider provider(Transport.Wire wire) {
        return Providers.openAiCompatible(
                Endpoint.of("stage", relay.url(), "k1")
                        .withTransport(TlsCertificates.transport().withWire(wire)),
                OpenAiCompatibility.defaults());
    }

    private static Mono<String> call(ChatProvider provider, boolean stream) {
        return stream
                ? provider.stream(REQUEST).last().map(chunk -> "It rains")
                : provider.chat(REQUEST).map(ChatResponse::text);
    }

    private static void answers(Mono<String> call) {
        StepVerifier.create(call).expectNext("It rains").expectComplete().verify(SOON);
    }

    private void fillPool(ChatProvider provider, int calls) {
        answers(call(provider, false)); // the server's JSON reader is set up once, under a lock
        List<String> texts = Objects.requireNonNull(Flux.range(0, calls)
                .flatMap(i -> call(provider, false), calls)
                .collectList()
                .block(SOON));
        assertThat(texts).hasSize(calls);
    }

    @ParameterizedTest
    @CsvSource({"HTTP1, false", "HTTP1, true", "HTTP2, false", "HTTP2, true"})
    void callSucceedsInOneAttemptThoughAllPooledConnectionsAreDead(Transport.Wire wire, boolean stream) {
        List<Event> events = new CopyOnWriteArrayList<>();
        ChatProvider provider = provider(wire);
        try (Understudy understudy =
                Understudy.builder().provider(provider).listener(events::add).build()) {
            fillPool(provider, 3);
            int before = relay.accepted();
            relay.resetAtNextByte();
            answers(call(understudy, stream));
            assertThat(relay.accepted()).as("one fresh connection").isEqualTo(before + 1);
            answers(call(understudy, stream));
            // The connection of a stream may still be on its way back to the pool.
            assertThat(relay.accepted()).isBetween(before + 1, before + 2);
        }
        assertThat(events).filteredOn(Event.AttemptStarted.class::isInstance).hasSize(2);
        assertThat(events).noneMatch(Event.AttemptFailed.class::isInstance);
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.Wire.class,
            names = {"HTTP1", "HTTP2"})
    void requestIsSentOnceMoreAndNotAgain(Transport.Wire wire) {
        try (ChatProvider provider = provider(wire)) {
            fillPool(provider, 1);
            int before = relay.accepted();
            relay.resetAtNextByte();
            relay.resetNextAfter(4000); // behind the handshake
            StepVerifier.create(provider.chat(ChatRequest.of("m", "hi ".repeat(4000))))
                    .expectErrorSatisfies(error ->
                            assertThat(((CallFailed) error).failure().kind()).isEqualTo(FailureKind.CONNECT))
                    .verify(SOON);
            assertThat(relay.accepted()).isEqualTo(before + 1);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.Wire.class,
            names = {"HTTP1", "HTTP2"})
    void requestIsNotResentBeforeATimeThatTheVendorNamed(Transport.Wire wire) {
        try (ChatProvider provider = provider(wire)) {
            // The connection of the call before may still be on its way back to the pool; then a fresh one serves.
            assertThat(IntStream.range(0, 10)).anyMatch(trial -> failsOnADeadConnection(provider));
        }
    }

    private boolean failsOnADeadConnection(ChatProvider provider) {
        fillPool(provider, 1);
        int before = relay.accepted();
        relay.resetAtNextByte();
        Context told = Context.of(AttemptLink.class, new AttemptLink(null, null, () -> false));
        boolean failed = provider.chat(REQUEST)
                .map(answer -> false)
                .onErrorResume(
                        CallFailed.class, error -> Mono.just(error.failure().kind() == FailureKind.CONNECT))
                .contextWrite(told)
                .blockOptional(SOON)
                .orElseThrow();
        return failed && relay.accepted() == before;
    }

    @Test
    void requestOnAFreshConnectionIsNotResent() {
        server.always(ScriptedReply.text("never").resetConnection(ScriptedReply.FaultPoint.nothing()));
        try (ChatProvider provider = provider(Transport.Wire.HTTP1)) {
            StepVerifier.create(provider.chat(REQUEST))
                    .expectError(CallFailed.class)
                    .verify(SOON);
        }
        assertThat(server.calls()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.Wire.class,
            names = {"HTTP1", "HTTP2"})
    void requestWhoseAnswerHasBegunIsNotResent(Transport.Wire wire) {
        try (ChatProvider provider = provider(wire)) {
            fillPool(provider, 1);
            server.always(ScriptedReply.text("It rains").resetConnection(ScriptedReply.FaultPoint.headers()));
            StepVerifier.create(provider.stream(REQUEST))
                    .expectError(CallFailed.class)
                    .verify(SOON);
        }
        assertThat(server.calls()).hasSize(3);
    }

    @ParameterizedTest
    @CsvSource({"REFUSED_STREAM, 2", "INTERNAL_ERROR, 1"})
    void onlyAStreamThatTheServerRefusedUnreadIsResent(Http2Error error, int requests) {
        try (Http2Server frames = new Http2Server(100, stream -> Http2Server.reset(stream, error));
                ChatProvider provider = Providers.openAiCompatible(
                        Endpoint.of("stage", "https://127.0.0.1:" + frames.port() + "/v1", "k1")
                                .withTransport(TlsCertificates.transport()),
                        OpenAiCompatibility.defaults())) {
            StepVerifier.create(provider.chat(REQUEST))
                    .expectError(CallFailed.class)
                    .verify(SOON);
            assertThat(frames.requests).hasValue(requests);
        }
    }

    @Test
    void requestThatCrossesTheGoAwayOfAnIdleConnectionIsResent() {
        AtomicInteger received = new AtomicInteger();
        try (Http2Server frames = new Http2Server(100, stream -> {
                    if (received.incrementAndGet() == 2) {
                        Http2Server.goAway(stream);
                    } else {
                        Http2Server.completion(stream);
                    }
                });
                ChatProvider provider = Providers.openAiCompatible(
                        Endpoint.of("stage", "https://127.0.0.1:" + frames.port() + "/v1", "k1")
                                .withTransport(TlsCertificates.transport()),
                        OpenAiCompatibility.defaults())) {
            for (int i = 0; i < 2; i++) {
                StepVerifier.create(provider.chat(REQUEST).map(ChatResponse::text))
                        .expectNext("It rains")
                        .expectComplete()
                        .verify(SOON);
            }
            assertThat(received).hasValue(3);
            assertThat(frames.connections).hasValue(2);
        }
    }
}
