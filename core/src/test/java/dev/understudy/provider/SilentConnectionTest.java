package dev.understudy.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.StreamChunk;
import dev.understudy.policy.CircuitPolicy;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.policy.TimeoutPolicy;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.endpoint.Transport;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/**
 * Connections that go silent without being closed, or reach their maximal life time. The tests wait for their limits, so
 * they run at the same time.
 */
class SilentConnectionTest {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Duration LIMIT = Duration.ofSeconds(2);
    /** Opening a connection takes its time while cores are busy. */
    private static final Transport PATIENT =
            TlsCertificates.transport().withConnect(SOON).withAcquire(SOON);

    private static final ChatRequest REQUEST = ChatRequest.of("m", "hi");
    private static final ChatRequest STALLED = ChatRequest.of("stalled", "hi");

    private enum Call {
        CHAT {
            @Override
            Mono<String> text(ChatProvider provider, ChatRequest request) {
                return provider.chat(request).map(ChatResponse::text);
            }
        },
        STREAM {
            @Override
            Mono<String> text(ChatProvider provider, ChatRequest request) {
                return provider.stream(request)
                        .ofType(StreamChunk.Text.class)
                        .map(StreamChunk.Text::text)
                        .collectList()
                        .map(texts -> String.join("", texts));
            }
        };

        abstract Mono<String> text(ChatProvider provider, ChatRequest request);
    }

    private final ScriptedServer server = TlsCertificates.server().always(ScriptedReply.text("It rains"));
    private final SilencingRelay relay = SilencingRelay.to(server.port());

    /** Loads the classes of client and server, which would delay acknowledgements of pings. */
    @BeforeAll
    static void warmUp() {
        try (ScriptedServer server = TlsCertificates.server().always(ScriptedReply.text("It rains"));
                ChatProvider provider = Providers.openAiCompatible(
                        Endpoint.of("warm", server.url(), "k1").withTransport(PATIENT),
                        OpenAiCompatibility.defaults())) {
            answers(Call.CHAT.text(provider, REQUEST));
            answers(Call.STREAM.text(provider, REQUEST));
        }
    }

    @AfterEach
    void close() {
        relay.close();
        server.close();
    }

    private ChatProvider provider(Transport transport) {
        return Providers.openAiCompatible(
                Endpoint.of("stage", relay.url(), "k1").withTransport(transport), OpenAiCompatibility.defaults());
    }

    private static void answers(Mono<String> call) {
        StepVerifier.create(call).expectNext("It rains").expectComplete().verify(SOON);
    }

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @EnumSource(Call.class)
    void callAfterATimeoutOnASilentConnectionSucceedsOnAFreshOne(Call call) {
        try (ChatProvider provider = provider(PATIENT)) {
            answers(call.text(provider, REQUEST));
            relay.silence();
            StepVerifier.create(call.text(provider, REQUEST).timeout(LIMIT))
                    .expectError(TimeoutException.class)
                    .verify(SOON);
            answers(call.text(provider, REQUEST));
            assertThat(relay.accepted()).isEqualTo(2);
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void halfOpenTrialSucceedsAlthoughTheOldConnectionIsSilent() {
        ChatProvider provider = provider(PATIENT);
        answers(Call.CHAT.text(provider, REQUEST));
        try (Understudy understudy = Understudy.builder()
                .provider(provider)
                .timeouts(TimeoutPolicy.defaults().withResponse(Duration.ofSeconds(6)))
                .retry(RetryPolicy.none())
                .circuit(CircuitPolicy.defaults()
                        .withConsecutive(1)
                        .withPause(Duration.ofMillis(50), Duration.ofMillis(100)))
                .build()) {
            relay.silence();
            StepVerifier.create(understudy.chat(REQUEST)).expectError().verify(SOON);
            answers(Mono.delay(Duration.ofMillis(200)).then(Call.CHAT.text(understudy, REQUEST)));
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void otherStreamsOfAConnectionAfterATimeoutEndOnIt() {
        server.when(
                        asked -> asked.model().equals("stalled"),
                        ScriptedReply.text("never").stall(ScriptedReply.FaultPoint.headers()))
                .when(
                        asked -> asked.model().equals("slow"),
                        ScriptedReply.tokens("It ", "rains ", "still").between(LIMIT.plusMillis(500)));
        try (ChatProvider provider = provider(PATIENT)) {
            answers(Call.CHAT.text(provider, REQUEST));
            Mono<String> slow =
                    Call.STREAM.text(provider, ChatRequest.of("slow", "hi")).cache();
            Mono<String> late = Call.STREAM
                    .text(provider, STALLED)
                    .timeout(LIMIT, Mono.just("late"))
                    .flatMap(text -> Call.CHAT.text(provider, REQUEST));
            StepVerifier.create(Mono.zip(slow, late))
                    .assertNext(both -> {
                        assertThat(both.getT1()).isEqualTo("It rains still");
                        assertThat(both.getT2()).isEqualTo("It rains");
                    })
                    .expectComplete()
                    .verify(SOON);
        }
        assertThat(server.calls().stream()
                        .map(asked -> asked.model() + asked.connection())
                        .distinct())
                .hasSize(4)
                .filteredOn(one -> one.startsWith("m"))
                .hasSize(2);
        assertThat(server.connectionsOpened()).isEqualTo(2);
    }

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @EnumSource(Call.class)
    void connectionOfAGivenUpRequestIsClosedWhenNoOtherUsesIt(Call call) {
        server.when(
                asked -> asked.model().equals("stalled"),
                ScriptedReply.text("never").stall(ScriptedReply.FaultPoint.headers()));
        try (ChatProvider provider = provider(PATIENT)) {
            answers(call.text(provider, REQUEST));
            StepVerifier.create(call.text(provider, STALLED).timeout(LIMIT))
                    .expectError(TimeoutException.class)
                    .verify(SOON);
            StepVerifier.create(Flux.interval(Duration.ZERO, Duration.ofMillis(20))
                            .filter(tick -> relay.open() == 0)
                            .next())
                    .expectNextCount(1)
                    .expectComplete()
                    .verify(SOON);
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void unacknowledgedPingEndsTheStreamsOfASilentConnection() {
        server.when(
                asked -> asked.model().equals("stalled"),
                ScriptedReply.tokens("It ").stall(ScriptedReply.FaultPoint.tokens(1)));
        Transport transport = PATIENT.withPing(Duration.ofMillis(500), Duration.ofSeconds(2));
        try (ChatProvider provider = provider(transport)) {
            StepVerifier.create(provider.stream(STALLED)
                            .filter(StreamChunk::isContent)
                            .doOnNext(chunk -> relay.silence()))
                    .expectNextCount(1)
                    .expectErrorSatisfies(error ->
                            assertThat(((CallFailed) error).failure().kind()).isEqualTo(FailureKind.TRUNCATED))
                    .verify(SOON);
            answers(Call.CHAT.text(provider, REQUEST));
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void quietConnectionThatAcknowledgesPingsStaysInUse() {
        ScriptedReply slow = ScriptedReply.tokens("It ", "rains").between(Duration.ofSeconds(6));
        server.when(asked -> asked.model().equals("slow"), slow);
        Transport transport = PATIENT.withPing(Duration.ofMillis(100), Duration.ofSeconds(5));
        try (ChatProvider provider = provider(transport)) {
            answers(Call.STREAM.text(provider, ChatRequest.of("slow", "hi")));
            answers(Call.STREAM.text(provider, REQUEST));
        }
        assertThat(relay.accepted()).isEqualTo(1);
    }

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @CsvSource({"HTTP1, 1500, 2", "HTTP2, 1500, 2", "HTTP1, 600000, 1", "HTTP2, 600000, 1"})
    void connectionOverItsMaxLifeTimeIsReplaced(Transport.Wire wire, long maxLifeTime, int connections) {
        Transport transport = PATIENT.withWire(wire).withMaxLifeTime(Duration.ofMillis(maxLifeTime));
        try (ChatProvider provider = provider(transport)) {
            answers(Call.CHAT.text(provider, REQUEST));
            answers(Mono.delay(Duration.ofSeconds(2)).then(Call.CHAT.text(provider, REQUEST)));
        }
        assertThat(relay.accepted()).isEqualTo(connections);
    }
}
