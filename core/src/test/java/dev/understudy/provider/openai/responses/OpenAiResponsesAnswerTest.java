package dev.understudy.provider.openai.responses;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorData;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpenAiResponsesAnswerTest {

    private static final ChatRequest REQUEST = ChatRequest.of("asked", "?");

    @Test
    void allItemsOfAnAnswerAreEmitted() {
        ChatResponse response = decode(
                "{'id':'resp_1','object':'response','status':'completed','error':null,'model':'m-2026','output':[{'type':'reasoning','id':'rs','summary':[{'type':'summary_text','text':'One."
                        + " '},{'type':'summary_text','text':'Two.'}],'encrypted_content':'opaque'},"
                        + "{'type':'web_search_call','id':'ws','status':'completed'},"
                        + "{'type':'message','role':'assistant','content':[{'type':'output_text','text':'Hel','annotations':[]},{'type':'output_text','text':'lo'}]},"
                        + "{'type':'function_call','id':'fc','call_id':'call_1','name':'t','arguments':'{}'}],"
                        + "'usage':{'input_tokens':5,'output_tokens':9,'output_tokens_details':{'reasoning_tokens':2},'total_tokens':14}}");
        assertThat(response.text()).isEqualTo("Hello");
        assertThat(response.reasoningBlocks())
                .extracting(ReasoningBlock::text, ReasoningBlock::signature)
                .containsExactly(tuple("One. Two.", new ReasoningBlock.Signature("opaque", true, "openai-responses")));
        assertThat(response.toolCalls())
                .containsExactly(
                        new ToolCall("call_1", "t", "{}", new VendorData("openai-responses", "{\"id\":\"fc\"}")));
        assertThat(response.blocks()).element(1).isInstanceOfSatisfying(ContentBlock.Opaque.class, opaque -> assertThat(
                        opaque.type())
                .isEqualTo("web_search_call"));
        assertThat(response.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
        assertThat(response.usage()).isEqualTo(Usage.of(5, 9).withReasoning(2));
        assertThat(response.vendorMetadata().id()).isEqualTo("resp_1");
    }

    @Test
    void aRefusalAndACutAnswerSayThatTheyAre() {
        ChatResponse refused = decode(
                "{'status':'completed','output':[{'type':'message','content':[{'type':'refusal','refusal':'No.'}]}]}");
        assertThat(refused.refusal()).isEqualTo("No.");
        assertThat(refused.text()).isEmpty();
        ChatResponse cut =
                decode("{'status':'incomplete','incomplete_details':{'reason':'max_output_tokens'},'output':[]}");
        assertThat(cut.finishReason()).isEqualTo(FinishReason.LENGTH);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'status':'failed','output':[],'error':{'code':'rate_limit_exceeded','message':'slow'}} |"
                        + " RATE_LIMITED",
                "{'status':'failed','output':[],'error':null} | SERVER",
                "{'error':{'message':'broke','type':'server_error'}} | SERVER",
                "{'status':'queued','output':[]} | PROTOCOL",
                "{'choices':[]} | PROTOCOL",
                "[] | PROTOCOL",
                "<html>busy</html> | PROTOCOL"
            })
    void unfinishedAnswerIsFailure(String body, FailureKind kind) {
        CallFailed failed = catchThrowableOfType(CallFailed.class, () -> decode(body));
        assertThat(failed.failure().kind()).isEqualTo(kind);
    }

    private static ChatResponse decode(String body) {
        return new OpenAiResponses()
                .decode("p", REQUEST, body.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }
}
