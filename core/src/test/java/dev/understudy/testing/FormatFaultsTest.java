package dev.understudy.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import dev.understudy.journey.JourneyVendor;
import dev.understudy.testing.ScriptedReply.FaultPoint;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.test.StepVerifier;

/** A provider understands answers, faults and errors of the scripted server in every format. */
class FormatFaultsTest {

    private static final Duration LONG = Duration.ofSeconds(20);
    private static final ChatRequest REQUEST =
            ChatRequest.of("the-model", "Well?").withMaxTokens(50);

    @ParameterizedTest
    @EnumSource
    void answerHasTextFinishUsageAndPath(JourneyVendor vendor) {
        run(vendor, (server, provider) -> {
            server.always(ScriptedReply.tokens("So", " be", " it.")
                    .withReasoning("Hm.")
                    .withFinish(FinishReason.LENGTH)
                    .withUsage(Usage.of(7, 3))
                    .withPings(2)
                    .withPingsBetween());
            ChatResponse whole = provider.chat(REQUEST).block(LONG);
            assertThat(whole).isNotNull();
            assertThat(whole.text()).isEqualTo("So be it.");
            assertThat(whole.finishReason()).isEqualTo(FinishReason.LENGTH);
            assertThat(whole.usage()).isEqualTo(Usage.of(7, 3));
            List<StreamChunk> chunks = provider.stream(REQUEST).collectList().block(LONG);
            assertThat(chunks).isNotNull();
            assertThat(chunks.stream().map(StreamChunk::text).filter(text -> !text.isEmpty()))
                    .containsExactly("So", " be", " it.");
            assertThat(server.calls())
                    .extracting(RecordedRequest::model, RecordedRequest::streaming)
                    .containsExactly(tuple("the-model", false), tuple("the-model", true));
        });
    }

    @ParameterizedTest
    @EnumSource
    void httpErrorIsTyped(JourneyVendor vendor) {
        run(vendor, (server, provider) -> {
            server.then(ScriptedReply.status(429), ScriptedReply.status(503), ScriptedReply.status(404));
            for (FailureKind kind :
                    List.of(FailureKind.RATE_LIMITED, FailureKind.OVERLOADED, FailureKind.MODEL_NOT_FOUND)) {
                StepVerifier.create(provider.chat(REQUEST))
                        .expectErrorSatisfies(error -> assertThat(kind(error)).isEqualTo(kind))
                        .verify(LONG);
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void brokenStreamIsNoAnswer(JourneyVendor vendor) {
        ScriptedReply reply = ScriptedReply.tokens("So", " be", " it.");
        run(vendor, (server, provider) -> {
            server.then(
                    reply.cut(FaultPoint.tokens(1)),
                    reply.fail(FaultPoint.tokens(1), "overloaded_error", "Overloaded"),
                    reply.garble(FaultPoint.tokens(1)),
                    reply.withoutFinish().withoutTerminal());
            for (int i = 0; i < 4; i++) {
                StepVerifier.create(provider.stream(REQUEST).filter(StreamChunk::isContent))
                        .thenConsumeWhile(chunk -> true)
                        .expectErrorSatisfies(error -> assertThat(kind(error)).isNotNull())
                        .verify(LONG);
            }
        });
    }

    private static FailureKind kind(Throwable error) {
        assertThat(error).isInstanceOf(CallFailed.class);
        return ((CallFailed) error).failure().kind();
    }

    /** What a test does with a server and a provider of its format. */
    private interface Steps {
        void take(ScriptedServer server, ChatProvider provider);
    }

    private static void run(JourneyVendor vendor, Steps steps) {
        try (ScriptedServer server = ScriptedServer.start();
                ChatProvider provider = vendor.at(server)) {
            steps.take(server, provider);
        }
    }
}
