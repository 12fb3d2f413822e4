package dev.understudy.streaming;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Feature;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorData;
import dev.understudy.chat.VendorMetadata;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

class ChatResponseAggregatorTest {

    @Test
    void answerConvertedToChunksIsTheSameAnswer() {
        Cases.play("assembler", 4, random -> {
            ChatResponse answer = answer(random);
            List<StreamChunk> chunks = new ArrayList<>();
            for (StreamChunk chunk : answer.chunks()) {
                if (chunk instanceof StreamChunk.Text words) {
                    Texts.pieces(words.text(), random).forEach(piece -> chunks.add(new StreamChunk.Text(piece)));
                } else {
                    chunks.add(chunk);
                }
            }
            assertThat(ChatResponseAggregator.collect(Flux.fromIterable(chunks)).block())
                    .isEqualTo(answer);
        });
    }

    /** No vendor knows a turn that two answers make up. */
    @Test
    void answerThatAnotherOneContinuesBelongsToNoOrigin() {
        VendorData cited = new VendorData("anthropic", "{\"citations\":[{\"url\":\"https://a.test\"}]}");
        ReasoningBlock.Signature signature = new ReasoningBlock.Signature("s", false, "anthropic");
        ToolCall call = new ToolCall("1", "clock", "{}", new VendorData("openai-responses", "{\"id\":\"fc1\"}"));
        List<StreamChunk> before = List.of(
                new StreamChunk.Reasoning("Hm.", null, 0),
                new StreamChunk.Reasoning("", signature, 0),
                new StreamChunk.Text("It is", 1),
                new StreamChunk.Switched("one", "two", FailureKind.CONNECT, 5));
        ChatResponse other = finished(
                before,
                new StreamChunk.Text(" noon."),
                new StreamChunk.BlockData(cited, StreamChunk.UNNUMBERED),
                new StreamChunk.ToolCallDone(0, call));
        assertThat(other.text()).isEqualTo("It is noon.");
        assertThat(other.reasoningBlocks().get(0).signature().origin()).isEmpty();
        assertThat(other.citations()).hasSize(1);
        assertThat(other.blocks().get(1).vendorData().origin()).isEmpty();
        assertThat(other.toolCalls())
                .containsExactly(call.withVendorData(call.vendorData().withOrigin("")));
        ChatResponse same = finished(before, new StreamChunk.Text(" noon.", 1), new StreamChunk.BlockData(cited, 1));
        assertThat(same.blocks())
                .isEqualTo(List.of(new ReasoningBlock("Hm.", signature), new ContentBlock.Text("It is noon.", cited)));
        ChatResponse again =
                finished(before, new StreamChunk.Reset(0, FailureKind.CONNECT), new StreamChunk.ToolCallDone(0, call));
        assertThat(again.blocks()).isEqualTo(List.of(call));
    }

    private static ChatResponse finished(List<StreamChunk> before, StreamChunk... after) {
        ChatResponseAggregator chunks = new ChatResponseAggregator();
        before.forEach(chunks::add);
        List.of(after).forEach(chunks::add);
        return chunks.add(new StreamChunk.Finish(
                        FinishReason.STOP, Usage.none(), VendorMetadata.none(), ServedBy.by("p", "m")))
                .response();
    }

    private static ChatResponse answer(Random random) {
        List<ReasoningBlock> reasoningBlocks = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            reasoningBlocks.add(new ReasoningBlock(
                    random.nextBoolean() ? "" : Texts.any(random), new ReasoningBlock.Signature("s" + i, false, "x")));
        }
        if (random.nextBoolean()) {
            reasoningBlocks.add(ReasoningBlock.of(Texts.any(random)));
        }
        List<ToolCall> calls = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            calls.add(new ToolCall("id" + i, "tool", "{\"n\":" + i + "}"));
        }
        return new ChatResponse(
                random.nextBoolean() ? "" : Texts.any(random),
                random.nextBoolean() ? "" : "no",
                reasoningBlocks,
                calls,
                new StreamChunk.Finish(
                        FinishReason.values()[random.nextInt(FinishReason.values().length)],
                        Usage.of(random.nextInt(9), random.nextInt(9)),
                        VendorMetadata.none(),
                        ServedBy.by("p", "m")));
    }

    @Test
    void aResetTakesBackWhatItSays() {
        ChatResponseAggregator assembler = new ChatResponseAggregator()
                .add(new StreamChunk.Reasoning("hm", null))
                .add(new StreamChunk.Text("one two"))
                .add(new StreamChunk.ToolCallDone(0, new ToolCall("1", "clock", "{}")))
                .add(new StreamChunk.Reset(3, FailureKind.TIMEOUT));
        assertThat(assembler.text()).isEqualTo("one");
        assertThat(assembler.toolCalls()).hasSize(1);
        assembler.add(new StreamChunk.Reset(0, FailureKind.TIMEOUT));
        assertThat(assembler.isEmpty()).isTrue();
        assertThatIllegalStateException().isThrownBy(assembler::response);
    }

    @Test
    void aStreamWithoutFinishIsNoAnswer() {
        StepVerifier.create(ChatResponseAggregator.collect(Flux.just(new StreamChunk.Text("half"))))
                .expectErrorSatisfies(error -> assertThat(
                                ((ChatException.PartialAnswer) error).partial().text())
                        .isEqualTo("half"))
                .verify();
        StepVerifier.create(ChatResponseAggregator.collect(Flux.empty()))
                .expectErrorSatisfies(error -> assertThat(
                                ((ChatException.CallFailed) error).failure().kind())
                        .isEqualTo(FailureKind.TRUNCATED))
                .verify();
    }

    @Test
    void aProviderThatCanDoOnlyOneOfBothGetsTheOther() {
        ChatRequest request = ChatRequest.of("m", "q");
        ScriptedProvider provider = ScriptedProvider.named("p")
                .can(Capabilities.of(Feature.TOOLS))
                .always(ScriptedAnswer.text("Hello you").withToolCall("1", "clock", "{}"));
        ChatResponse whole = provider.chat(request).block();
        assertThat(ProviderAdapters.chatFromStream(provider)
                        .chat(request)
                        .block()
                        .text())
                .isEqualTo(whole.text());
        assertThat(ProviderAdapters.chatFromStream(provider)
                        .chat(request)
                        .block()
                        .toolCalls())
                .isEqualTo(whole.toolCalls());
        ChatProvider streaming = ProviderAdapters.streamFromChat(provider);
        assertThat(ChatResponseAggregator.collect(streaming.stream(request)).block())
                .isEqualTo(whole);
        assertThat(streaming.capabilities("m").features())
                .containsExactlyInAnyOrder(Feature.TOOLS, Feature.STREAMING, Feature.STREAMING_TOOLS);
        StepVerifier.create(streaming.stream(request), 1)
                .expectNextCount(1)
                .thenRequest(2)
                .expectNextCount(2)
                .verifyComplete();
    }
}
