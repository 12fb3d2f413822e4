package dev.understudy.springai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ToolCall;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.metadata.ChatGenerationMetadata;
import org.springframework.ai.chat.model.Generation;
import org.springframework.ai.content.Media;
import org.springframework.util.MimeTypeUtils;
import reactor.core.publisher.Flux;

/** Answers as models of Spring AI for different vendors give them. */
class AnswerMappingTest {

    private final AnswerMapper mapper = new AnswerMapper("spring", "m");

    private static Generation generation(String text, Map<String, Object> metadata, String reason) {
        return generation(AssistantMessage.builder().content(text).properties(metadata), reason);
    }

    private static Generation generation(AssistantMessage.Builder<?> message, String reason) {
        return new Generation(
                message.build(),
                ChatGenerationMetadata.builder().finishReason(reason).build());
    }

    private ChatResponse whole(Generation... generations) {
        return mapper.whole(new org.springframework.ai.chat.model.ChatResponse(List.of(generations)));
    }

    private ChatResponse streamed(Generation... generations) {
        Flux<org.springframework.ai.chat.model.ChatResponse> responses = Flux.fromArray(generations)
                .map(each -> new org.springframework.ai.chat.model.ChatResponse(List.of(each)));
        return ChatResponseAggregator.collect(new AnswerChunks(mapper, true).map(responses))
                .block(Duration.ofSeconds(30));
    }

    private static String reasoning(ChatResponse response) {
        return response.blocks().stream()
                .filter(ReasoningBlock.class::isInstance)
                .map(block -> ((ReasoningBlock) block).text())
                .reduce("", String::concat);
    }

    @ParameterizedTest
    @CsvSource({"signature,EqRk", "isThought,true"})
    void textThatIsMarkedAsAThoughtIsReasoning(String key, String value) {
        Map<String, Object> mark = Map.of(key, value.equals("true") ? Boolean.TRUE : value);
        Generation thought = generation("2 and 2 is", mark, "");
        Generation answer = generation("4", Map.of(), "end_turn");
        for (ChatResponse response : List.of(whole(thought, answer), streamed(thought, answer))) {
            assertThat(response.text()).isEqualTo("4");
            assertThat(reasoning(response)).isEqualTo("2 and 2 is");
            assertThat(response.finishReason()).isEqualTo(FinishReason.STOP);
        }
    }

    @Test
    void reasoningThatStreamsInPiecesIsJoined() {
        ChatResponse response = streamed(
                generation("", Map.of("thinking", "The"), ""),
                generation("", Map.of("thinking", " user"), ""),
                generation("", Map.of("thinking", " asks"), ""),
                generation("4", Map.of(), "stop"));
        assertThat(reasoning(response)).isEqualTo("The user asks");
    }

    @Test
    void reasoningThatStreamsAsAWholeIsNotRepeated() {
        ChatResponse response = streamed(
                generation("", Map.of("reasoningContent", "The"), ""),
                generation("", Map.of("reasoningContent", "The user"), ""),
                generation("4", Map.of("reasoningContent", "The user"), "STOP"));
        assertThat(reasoning(response)).isEqualTo("The user");
    }

    @Test
    void callThatTheLimitCutIsNoCall() {
        AssistantMessage.ToolCall cut = new AssistantMessage.ToolCall("1", "function", "weather", "{\"city\":\"Par");
        AssistantMessage.ToolCall complete =
                new AssistantMessage.ToolCall("0", "function", "weather", "{\"city\":\"Ulm\"}");
        Generation answer =
                generation(AssistantMessage.builder().content("").toolCalls(List.of(complete, cut)), "LENGTH");
        for (ChatResponse response : List.of(whole(answer), streamed(answer))) {
            assertThat(response.finishReason()).isEqualTo(FinishReason.LENGTH);
            assertThat(response.toolCalls()).extracting(ToolCall::id).containsExactly("0");
        }
    }

    @Test
    void fileByAddressIsRefusedInsteadOfEmptied() {
        AssistantMessage.Builder<?> message = AssistantMessage.builder()
                .content("")
                .media(List.of(
                        new Media(MimeTypeUtils.parseMimeType("application/pdf"), URI.create("https://a/b.pdf"))));
        assertThatThrownBy(() -> whole(generation(message, "STOP")))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("application/pdf");
    }

    @Test
    void reasoningOfAnotherVendorIsNotSentBack() {
        ReasoningBlock.Signature signature = new ReasoningBlock.Signature("EqRk", false, "anthropic");
        List<ContentBlock> blocks = List.of(
                new ReasoningBlock("signed", signature, null), ReasoningBlock.of("free"), new ContentBlock.Text("4"));
        assertThat(AnswerMapper.properties(blocks)).containsEntry("reasoningContent", "free");
    }
}
