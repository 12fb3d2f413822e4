package dev.understudy.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorMetadata;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpenAiChatAnswerTest {

    @Test
    void aWholeAnswerIsRead() {
        ChatResponse response = decode(
                "\n\n {'id':'r1','object':'chat.completion','model':'m-2025','choices':[{'index':0,"
                        + "'message':{'role':'assistant','content':'Hi','refusal':null,'reasoning_content':'hm'},"
                        + "'finish_reason':'stop'}],'usage':{'prompt_tokens':3,'completion_tokens':4,'total_tokens':7}}\n");
        assertThat(response.text()).isEqualTo("Hi");
        assertThat(response.reasoning()).isEqualTo("hm");
        assertThat(response.toolCalls()).isEmpty();
        assertThat(response.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(response.usage()).isEqualTo(Usage.of(3, 4));
        assertThat(response.vendorMetadata()).isEqualTo(new VendorMetadata("r1", "m-2025", "stop", null));
        assertThat(response.servedBy().provider()).isEqualTo("p1");
    }

    @Test
    void toolCallsAreReadInEveryForm() {
        ChatResponse response = decode("{'choices':[{'message':{'content':null,'tool_calls':["
                + "{'id':'c1','type':'function','function':{'name':'f','arguments':'{}'}},"
                + "{'id':'c2','function':{'name':'f','arguments':{'x':1}}},"
                + "{'function':{'name':'f','arguments':'{}'}}],"
                + "'function_call':{'name':'','arguments':''}},'finish_reason':'stop'}]}");
        assertThat(response.toolCalls())
                .hasSize(3)
                .startsWith(new ToolCall("c1", "f", "{}"), new ToolCall("c2", "f", "{\"x\":1}"));
        assertThat(response.toolCalls().get(2).id()).matches("[a-z0-9]{9}");
        assertThat(response.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
        assertThat(response.text()).isEmpty();
        assertThat(decode(
                                "{'choices':[{'message':{'function_call':{'name':'f','arguments':'{}'}},'finish_reason':'function_call'}]}")
                        .toolCalls())
                .hasSize(1);
    }

    @Test
    void refusalAndTypedPartsAreRead() {
        ChatResponse response = decode("{'choices':[{'finish_reason':'stop','message':{'content':["
                + "{'type':'thinking','thinking':[{'type':'text','text':'hm'}]},{'type':'text','text':'A'},"
                + "{'type':'text','text':'B'}],'refusal':'no'}}]}");
        assertThat(response.text()).isEqualTo("AB");
        assertThat(response.reasoning()).isEqualTo("hm");
        assertThat(response.refusal()).isEqualTo("no");
    }

    @Test
    void anAnswerWithoutFinishReasonIsNotCalledStopped() {
        assertThat(decode("{'choices':[{'message':{'content':'a'},'finish_reason':''}]}")
                        .finishReason())
                .isEqualTo(FinishReason.OTHER);
    }

    @Test
    void wholeAnswerWithoutFinishReasonIsTruncated() {
        for (String choices : List.of(
                "[]",
                "[{'message':{'content':'a'}}]",
                "[{'message':{'content':'a'},'finish_reason':null,'native_finish_reason':null}]")) {
            assertThatThrownBy(() -> decode("{'choices':" + choices + "}"))
                    .isInstanceOfSatisfying(
                            CallFailed.class,
                            failed -> assertThat(failed.failure().kind()).isEqualTo(FailureKind.TRUNCATED));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'error':{'message':'m','type':'server_error'}} | SERVER",
                "{'error':{'message':'m','code':429},'choices':[]} | RATE_LIMITED",
                "{'object':'error','message':'m','code':503} | OVERLOADED",
                "{'choices':[{'message':{'content':''},'finish_reason':'error'}]} | SERVER",
                "{'choices':[{'message':{'content':''},'error':{'code':502,'message':'m'}}]} | SERVER",
                "[{'error':{'code':401,'message':'m'}}] | AUTH",
                "{'id':'r1'} | PROTOCOL",
                "{'choices':'none'} | PROTOCOL",
                "<html>sorry</html> | PROTOCOL",
                "'ok' | PROTOCOL",
                "{'choices':[{'message' | PROTOCOL"
            })
    void bodyWithoutAnswerIsTypedByItsError(String body, FailureKind kind) {
        assertThatThrownBy(() -> decode(body))
                .isInstanceOfSatisfying(
                        CallFailed.class, e -> assertThat(e.failure().kind()).isEqualTo(kind));
    }

    private static ChatResponse decode(String body) {
        return new OpenAiChat(OpenAiCompatibility.defaults())
                .decode(
                        "p1",
                        ChatRequest.of("asked-for", "Hello"),
                        body.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }
}
