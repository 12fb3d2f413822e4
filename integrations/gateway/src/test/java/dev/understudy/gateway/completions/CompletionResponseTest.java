package dev.understudy.gateway.completions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorMetadata;
import dev.understudy.gateway.protocol.AnswerHead;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Usage in the body of a response that is not streamed. */
class CompletionResponseTest {

    private static JsonNode usage(Usage usage) {
        ChatResponseAggregator answer = new ChatResponseAggregator();
        answer.add(new StreamChunk.Text("Hello"));
        answer.add(new StreamChunk.Finish(
                FinishReason.STOP, usage, VendorMetadata.none(), ServedBy.by("openai", "gpt-5.6")));
        ChatResponse response = answer.response();
        return new JsonMapper()
                .readTree(CompletionResponse.of(response, new AnswerHead("id", Instant.EPOCH, () -> "gpt-5.6")))
                .path("usage");
    }

    @Test
    void usageThatNoVendorReportedIsLeftOut() {
        assertThat(usage(Usage.none()).isMissingNode()).isTrue();
    }

    @Test
    void reportedUsageIsWritten() {
        JsonNode usage = usage(Usage.of(7, 3));
        assertThat(usage.path("total_tokens").asInt()).isEqualTo(10);
        assertThat(usage.has("estimated")).isFalse();
    }

    @Test
    void anEstimateIsMarked() {
        assertThat(usage(Usage.of(7, 3).withEstimated(true)).path("estimated").asBoolean())
                .isTrue();
    }
}
