package dev.understudy.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Feature;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.StreamChunk.ResumeToken;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Usage;
import dev.understudy.provider.Providers;
import dev.understudy.provider.endpoint.Endpoint;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

/** The scripted server speaks OpenAI's Responses: the dialect, which was written from recordings, reads it. */
class ScriptedResponsesTest {

    private static final Duration LONG = Duration.ofSeconds(20);
    private static final ChatRequest ASKED = ChatRequest.of("m", "Well?");
    private static final ReasoningBlock.Signature SEAL =
            new ReasoningBlock.Signature("sealed", true, "openai-responses");

    private final ScriptedServer server = ScriptedServer.start();
    private final ChatProvider plain = Providers.openAiResponses(Endpoint.of("plain", server.url(), "a-key"));
    private final ChatProvider kept = Providers.openAiBackground(Endpoint.of("kept", server.url(), "a-key"));

    @AfterEach
    void close() {
        plain.close();
        kept.close();
        server.close();
    }

    private static String text(List<StreamChunk> chunks) {
        return chunks.stream().map(StreamChunk::text).collect(Collectors.joining());
    }

    @Test
    void anAnswerIsTheSameWholeAndStreamed() {
        ScriptedReply scriptedReply = ScriptedReply.chunks(
                        new StreamChunk.Reasoning("Hm", null),
                        new StreamChunk.Reasoning(", well.", null),
                        new StreamChunk.Reasoning("", SEAL),
                        new StreamChunk.Text("Let me"),
                        new StreamChunk.Text(" \"see\" \uD83C\uDF75."))
                .withToolCall("call_1", "clock", "{\"zone\":\"UTC\"}")
                .withUsage(Usage.of(12, 34).withCachedInput(5).withReasoning(6));
        server.always(scriptedReply);
        ChatResponse whole = plain.chat(ASKED).block(LONG);
        assertThat(whole.text()).isEqualTo("Let me \"see\" \uD83C\uDF75.");
        assertThat(whole.reasoningBlocks())
                .extracting(block -> block.withVendorData(null))
                .containsExactly(new ReasoningBlock("Hm, well.", SEAL));
        assertThat(whole.toolCalls())
                .extracting(call -> call.withVendorData(null))
                .containsExactly(new ToolCall("call_1", "clock", "{\"zone\":\"UTC\"}"));
        assertThat(whole.usage()).isEqualTo(Usage.of(12, 34).withCachedInput(5).withReasoning(6));
        assertThat(whole.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);

        List<StreamChunk> chunks = plain.stream(ASKED).collectList().block(LONG);
        assertThat(text(chunks)).isEqualTo(whole.text());
        ChatResponseAggregator aggregated = new ChatResponseAggregator();
        chunks.forEach(aggregated::add);
        assertThat(aggregated.blocks()).isEqualTo(whole.blocks());
        assertThat(chunks).contains(new StreamChunk.Reasoning("", SEAL, 0));
        assertThat(((StreamChunk.Finish) chunks.get(chunks.size() - 1)).usage()).isEqualTo(whole.usage());
    }

    @ParameterizedTest
    @EnumSource(
            mode = Mode.EXCLUDE,
            names = {"ERROR", "PAUSE", "TOOL_CALLS"})
    void eachFinishIsUnderstood(FinishReason reason) {
        server.always(ScriptedReply.text("So.").withFinish(reason));
        assertThat(plain.chat(ASKED).block(LONG).finishReason()).isEqualTo(reason);
        assertThat(plain.stream(ASKED)
                        .ofType(StreamChunk.Finish.class)
                        .blockLast(LONG)
                        .reason())
                .isEqualTo(reason);
    }

    @Test
    void errorsAreUnderstood() {
        server.then(
                ScriptedReply.status(503),
                ScriptedReply.text("So it goes.")
                        .fail(ScriptedReply.FaultPoint.tokens(1), "rate_limit_exceeded", "Slow down."),
                ScriptedReply.text("So.").garble(ScriptedReply.FaultPoint.tokens(1)),
                ScriptedReply.text("So.").withoutFinish(),
                ScriptedReply.text("So.").withFinish(FinishReason.ERROR));
        for (FailureKind kind : List.of(
                FailureKind.OVERLOADED,
                FailureKind.RATE_LIMITED,
                FailureKind.PROTOCOL,
                FailureKind.TRUNCATED,
                FailureKind.SERVER)) {
            StepVerifier.create(plain.stream(ASKED))
                    .thenConsumeWhile(chunk -> true)
                    .expectErrorSatisfies(error -> assertThat(
                                    ((ChatException.CallFailed) error).failure().kind())
                            .isEqualTo(kind))
                    .verify(LONG);
        }
    }

    @Test
    void onlyStreamsAreAskedForInTheBackground() {
        server.always(ScriptedReply.text("So."));
        assertThat(kept.capabilities("m").has(Feature.SAME_RESPONSE)).isTrue();
        assertThat(plain.capabilities("m").has(Feature.SAME_RESPONSE)).isFalse();
        kept.stream(ASKED).blockLast(LONG);
        kept.chat(ASKED).block(LONG);
        plain.stream(ASKED).blockLast(LONG);
        assertThat(server.calls().stream().map(RecordedRequest::text).map(body -> body.contains("\"background\":true")))
                .containsExactly(true, false, false);
        assertThat(server.calls().stream().map(RecordedRequest::text).map(body -> body.contains("\"store\":true")))
                .containsExactly(true, false, false);
    }

    @Test
    void storedAnswerIsRepeatedByItsOwnServerOnly() {
        server.then(ScriptedReply.text("This is the whole answer.").cut(ScriptedReply.FaultPoint.tokens(2)));
        List<StreamChunk> first =
                kept.stream(ASKED).onErrorComplete().collectList().block(LONG);
        ResumeToken token = first.stream()
                .flatMap(chunk ->
                        chunk instanceof StreamChunk.Resumable offer ? Stream.of(offer.token()) : Stream.empty())
                .findFirst()
                .orElseThrow();
        assertThat(token.provider() + "/" + token.model()).isEqualTo("kept/m");
        for (int i = 0; i < 2; i++) {
            assertThat(text(kept.stream(ASKED)
                            .contextWrite(token::in)
                            .collectList()
                            .block(LONG)))
                    .isEqualTo("This is the whole answer.");
        }
        assertThat(server.calls()).hasSize(1);
        assertThat(server.requests().get(1).uri()).endsWith("?stream=true&starting_after=5");

        int before = server.requests().size();
        for (ChatProvider stranger :
                List.of(plain, Providers.openAiBackground(Endpoint.of("b", server.url(), "b-key")))) {
            StepVerifier.create(stranger.stream(ASKED).contextWrite(token::in))
                    .expectErrorSatisfies(error -> assertThat(
                                    ((ChatException.CallFailed) error).failure().kind())
                            .isEqualTo(FailureKind.UNSUPPORTED))
                    .verify(LONG);
        }
        assertThat(server.requests()).hasSize(before);
    }

    @Test
    void unstoredAnswerIsNotFound() {
        Flux<StreamChunk> chunks = kept.stream(ASKED);
        server.then(ScriptedReply.text("This is the whole answer.").cut(ScriptedReply.FaultPoint.tokens(2)));
        server.rule(asked -> asked.method().equals("GET") ? ScriptedReply.status(404) : null);
        ResumeToken token = chunks.onErrorComplete()
                .ofType(StreamChunk.Resumable.class)
                .blockFirst(LONG)
                .token();
        StepVerifier.create(chunks.contextWrite(token::in))
                .expectErrorSatisfies(error -> assertThat(((ChatException.CallFailed) error).failure())
                        .satisfies(failure -> {
                            assertThat(failure.kind()).isEqualTo(FailureKind.INVALID_REQUEST);
                            assertThat(failure.status()).isEqualTo(404);
                        }))
                .verify(LONG);
    }
}
