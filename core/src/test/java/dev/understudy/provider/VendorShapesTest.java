package dev.understudy.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Usage;
import dev.understudy.provider.dialect.Dialect;
import dev.understudy.provider.openai.OpenAiChat;
import dev.understudy.provider.openai.responses.OpenAiResponses;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers and errors in forms that vendors send besides those of their documentation. */
class VendorShapesTest {

    private static final ChatRequest ASKED = ChatRequest.of("m", "q");
    private static final Dialect CHAT = new OpenAiChat(OpenAiCompatibleVendor.GEMINI.compatibility());
    private static final Dialect RESPONSES = new OpenAiResponses();

    private static byte[] json(String text) {
        return text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }

    private static DecodedAnswer streamed(Dialect dialect, int pieces, String... events) {
        StringBuilder body = new StringBuilder();
        for (String event : events) {
            body.append("data: ").append(event.replace('\'', '"')).append("\n\n");
        }
        return DecodedAnswer.of(
                dialect.framing(),
                dialect.decoder("p", ASKED),
                body.toString().getBytes(StandardCharsets.UTF_8),
                pieces,
                new Random(pieces));
    }

    @Test
    void customToolCallIsACallWithTheTextAsItsArguments() {
        ChatResponse answer = RESPONSES.decode(
                "p",
                ASKED,
                json(
                        "{'id':'r','status':'completed','output':[{'id':'t','type':'custom_tool_call','status':'completed',"
                                + "'call_id':'c','input':'print(1)','name':'run_code'}],'usage':{'input_tokens':20,'output_tokens':9}}"));
        assertThat(answer.toolCalls())
                .extracting(call -> call.withVendorData(null))
                .containsExactly(new ToolCall("c", "run_code", "print(1)"));
        assertThat(answer.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 40, 4_000})
    void streamedCustomToolCallIsACall(int pieces) {
        DecodedAnswer answer = streamed(
                RESPONSES,
                pieces,
                "{'type':'response.created','sequence_number':0,'response':{'id':'r','status':'in_progress','output':[]}}",
                "{'type':'response.output_item.added','output_index':0,'item':{'id':'t','type':'custom_tool_call',"
                        + "'call_id':'c','input':'','name':'run_code'}}",
                "{'type':'response.custom_tool_call_input.delta','item_id':'t','output_index':0,'delta':'print('}",
                "{'type':'response.custom_tool_call_input.delta','item_id':'t','output_index':0,'delta':'1)'}",
                "{'type':'response.custom_tool_call_input.done','item_id':'t','output_index':0,'input':'print(1)'}",
                "{'type':'response.output_item.done','output_index':0,'item':{'id':'t','type':'custom_tool_call',"
                        + "'call_id':'c','input':'print(1)','name':'run_code'}}",
                "{'type':'response.completed','response':{'id':'r','status':'completed','output':[]}}");
        assertThat(answer.response().toolCalls())
                .extracting(call -> call.withVendorData(null))
                .containsExactly(new ToolCall("c", "run_code", "print(1)"));
        assertThat(answer.response().finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
    }

    @Test
    void reasoningThatOnlyTheTotalHasIsCounted() {
        ChatResponse answer = CHAT.decode(
                "p",
                ASKED,
                json(
                        "{'model':'gemini-3-flash','choices':[{'index':0,'message':{'content':'So.'},'finish_reason':'stop'}],"
                                + "'usage':{'completion_tokens':6,'prompt_tokens':66,'total_tokens':100}}"));
        assertThat(answer.usage()).isEqualTo(Usage.of(66, 34).withReasoning(28));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "400 | {\"detail\":\"The 'm' model is not supported when using Codex with a ChatGPT account.\"} | MODEL_NOT_FOUND",
                "429 | {\"error\":{\"message\":\"You have hit your usage limit. Upgrade, or try again at 3:10 PM.\"}} | QUOTA",
                "410 | {\"error\":\"Gone\"} | MODEL_NOT_FOUND",
                "507 | {} | SERVER"
            },
            quoteCharacter = '`')
    void errorBodyKeepsItsSentence(int status, String body, FailureKind kind) {
        Failure failure = CHAT.failure(status, field -> null, body.getBytes(StandardCharsets.UTF_8));
        assertThat(failure.kind()).isEqualTo(kind);
        if (body.contains("limit")) {
            assertThat(failure.message()).contains("try again at 3:10 PM");
        }
    }

    @Test
    void spendLimitOfAMonthIsNoWaitOfSeconds() {
        Map<String, String> headers = Map.of("retry-after-ms", "274579000");
        Failure failure = CHAT.failure(
                429,
                headers::get,
                json("{'error':{'type':'rate_limit_error','message':'You have reached your monthly spend limit.'}}"));
        assertThat(failure.kind()).isEqualTo(FailureKind.QUOTA);
        assertThat(failure.retryAfter()).isEqualTo(Duration.ofMillis(274_579_000));
    }
}
