package dev.understudy.testing;

import static dev.understudy.testing.RawClient.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Usage;
import dev.understudy.provider.Providers;
import dev.understudy.provider.endpoint.Endpoint;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** Providers of vendors receive from the scripted server what its script contains. */
class RealProvidersTest {

    private static final ChatRequest REQUEST = ChatRequest.of("m", "hi");

    private final ScriptedServer server = ScriptedServer.start();

    static Stream<Named<Function<Endpoint, ChatProvider>>> vendors() {
        return Stream.of(Named.of("OpenAI", Providers::openAi), Named.of("Anthropic", Providers::anthropic));
    }

    @AfterEach
    void close() {
        server.close();
    }

    private ChatProvider provider(Function<Endpoint, ChatProvider> vendor) {
        return vendor.apply(Endpoint.of("stage", server.url(), "k1"));
    }

    @ParameterizedTest
    @MethodSource("vendors")
    void readTheAnswerWholeAndStreamed(Function<Endpoint, ChatProvider> vendor) {
        server.always(ScriptedReply.text("It rains in Ålesund. \"☔\"")
                .withReasoning("Look it up")
                .withToolCall("c1", "weather", "{\"city\":\"Ålesund\"}")
                .withUsage(Usage.of(100, 30).withCachedInput(40))
                .withPings(2)
                .withPingsBetween());
        try (ChatProvider provider = provider(vendor)) {
            ChatResponse whole = provider.chat(REQUEST).blockOptional(SOON).orElseThrow();
            assertThat(whole.text()).isEqualTo("It rains in Ålesund. \"☔\"");
            assertThat(whole.reasoning()).isEqualTo("Look it up");
            assertThat(whole.toolCalls()).containsExactly(new ToolCall("c1", "weather", "{\"city\":\"Ålesund\"}"));
            assertThat(whole.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
            assertThat(whole.usage()).isEqualTo(Usage.of(100, 30).withCachedInput(40));
            List<StreamChunk> chunks =
                    provider.stream(REQUEST).collectList().blockOptional(SOON).orElseThrow();
            ChatResponse streamed = Answer.of(chunks).whole("stage", "m");
            assertThat(streamed.text()).isEqualTo(whole.text());
            assertThat(streamed.reasoning()).isEqualTo(whole.reasoning());
            assertThat(streamed.toolCalls()).isEqualTo(whole.toolCalls());
            assertThat(streamed.finishReason()).isEqualTo(whole.finishReason());
            assertThat(streamed.usage()).isEqualTo(whole.usage());
            StepVerifier.create(provider.probe()).expectComplete().verify(SOON);
        }
    }

    @ParameterizedTest
    @MethodSource("vendors")
    void typeItsFaults(Function<Endpoint, ChatProvider> vendor) {
        both(vendor, ScriptedReply.status(401), FailureKind.AUTH);
        both(vendor, ScriptedReply.status(404), FailureKind.MODEL_NOT_FOUND);
        both(vendor, ScriptedReply.rateLimited(Duration.ofSeconds(9)), FailureKind.RATE_LIMITED);
        both(vendor, ScriptedReply.status(500), FailureKind.SERVER);
        both(vendor, ScriptedReply.status(529), FailureKind.OVERLOADED);
        both(vendor, ScriptedReply.text("x").cut(ScriptedReply.FaultPoint.nothing()), FailureKind.CONNECT);
        both(vendor, ScriptedReply.text("x").reset(ScriptedReply.FaultPoint.nothing()), FailureKind.CONNECT);
        both(vendor, ScriptedReply.text("x").garble(ScriptedReply.FaultPoint.tokens(0)), FailureKind.PROTOCOL);
        both(
                vendor,
                ScriptedReply.text("x").fail(ScriptedReply.FaultPoint.tokens(0), "overloaded_error", "Busy"),
                FailureKind.OVERLOADED);
        streamed(vendor, ScriptedReply.text("x").withoutFinish().withoutTerminal(), FailureKind.TRUNCATED);
        streamed(vendor, ScriptedReply.text("x y").cut(ScriptedReply.FaultPoint.tokens(1)), FailureKind.TRUNCATED);
    }

    private void both(Function<Endpoint, ChatProvider> vendor, ScriptedReply scriptedReply, FailureKind kind) {
        server.always(scriptedReply);
        try (ChatProvider provider = provider(vendor)) {
            fails(provider.chat(REQUEST), kind);
        }
        streamed(vendor, scriptedReply, kind);
    }

    /** Each time a new provider: a key that was turned away once is not tried again. */
    private void streamed(Function<Endpoint, ChatProvider> vendor, ScriptedReply scriptedReply, FailureKind kind) {
        server.always(scriptedReply);
        try (ChatProvider provider = provider(vendor)) {
            fails(provider.stream(REQUEST).then(), kind);
        }
    }

    private static void fails(Mono<?> call, FailureKind kind) {
        StepVerifier.create(call)
                .expectErrorSatisfies(
                        error -> assertThat(error).isInstanceOfSatisfying(CallFailed.class, failed -> assertThat(
                                        failed.failure().kind())
                                .isEqualTo(kind)))
                .verify(SOON);
    }
}
