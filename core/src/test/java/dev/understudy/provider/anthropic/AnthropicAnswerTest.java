package dev.understudy.provider.anthropic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Usage;
import dev.understudy.provider.Corpus;
import dev.understudy.provider.Fields;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AnthropicAnswerTest {

    private static final ChatRequest REQUEST = ChatRequest.of("asked-for", "q");
    private static final Anthropic DIALECT = new Anthropic();

    @Test
    void allItSaysIsRead() {
        ChatResponse response = read("{'id':'msg_1','type':'message','role':'assistant','model':'claude-x','content':["
                + "{'type':'thinking','thinking':'hm','signature':'sig'},{'type':'redacted_thinking','data':'opaque'},"
                + "{'type':'text','text':'Let me '},{'type':'server_tool_use','id':'s','name':'x','input':{'q':1}},"
                + "{'type':'text','text':'see.','citations':[{}]},"
                + "{'type':'tool_use','id':'t1','name':'weather','input':{'city': 'Oslo', 'n': 1.50}},"
                + "{'type':'tool_use','id':'t2','name':'now','input':{}}],"
                + "'stop_reason':'tool_use','stop_sequence':null,'usage':{'input_tokens':1,'cache_read_input_tokens':2,"
                + "'cache_creation_input_tokens':3,'output_tokens':4}}");
        assertThat(response.text()).isEqualTo("Let me see.");
        assertThat(response.reasoningBlocks())
                .containsExactly(
                        new ReasoningBlock("hm", new ReasoningBlock.Signature("sig", false, "anthropic")),
                        new ReasoningBlock("", new ReasoningBlock.Signature("opaque", true, "anthropic")));
        assertThat(response.toolCalls())
                .containsExactly(
                        new ToolCall("t1", "weather", "{\"city\":\"Oslo\",\"n\":1.50}"),
                        new ToolCall("t2", "now", "{}"));
        assertThat(response.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
        assertThat(response.usage()).isEqualTo(Usage.of(6, 4).withCachedInput(2).withCacheWrite(3));
        assertThat(response.vendorMetadata().id()).isEqualTo("msg_1");
        assertThat(response.vendorMetadata().model()).isEqualTo("claude-x");
        assertThat(response.servedBy().model()).isEqualTo("asked-for");
    }

    @Test
    void itsOwnMessageGoesBackAsItCame() {
        ChatResponse response = read("{'content':[{'type':'thinking','thinking':'hm','signature':'sig'},"
                + "{'type':'tool_use','id':'t1','name':'weather','input':{'city':'Oslo'}}],'stop_reason':'tool_use'}");
        byte[] next = DIALECT.encode(
                REQUEST.plus(response.message())
                        .plus(dev.understudy.chat.Message.toolResult(
                                response.toolCalls().get(0), "rain")),
                false);
        assertThat(Corpus.MAPPER.readTree(next).path("messages").get(1).path("content"))
                .hasToString("[{\"type\":\"thinking\",\"thinking\":\"hm\",\"signature\":\"sig\"},"
                        + "{\"type\":\"tool_use\",\"id\":\"t1\",\"name\":\"weather\",\"input\":{\"city\":\"Oslo\"}}]");
    }

    @Test
    void anEmptyAnswerIsAnAnswer() {
        ChatResponse response = read("{'content':[],'stop_reason':'end_turn'}");
        assertThat(response.isEmpty()).isTrue();
        assertThat(response.usage()).isEqualTo(Usage.none());
    }

    @Test
    void anErrorWithStatus200IsTypedByItsPayload() {
        assertThat(failure("{'type':'error','error':{'type':'overloaded_error','message':'x'}}")
                        .kind())
                .isEqualTo(FailureKind.OVERLOADED);
        assertThat(failure("{'error':{'code':'1113','message':'x'}}").kind()).isEqualTo(FailureKind.QUOTA);
        assertThat(failure("{'error':'Rate limit exceeded'}").kind()).isEqualTo(FailureKind.RATE_LIMITED);
        assertThat(failure("{'code':500,'msg':'404 NOT_FOUND','success':false}").kind())
                .isEqualTo(FailureKind.SERVER);
    }

    @Test
    void bodyWithoutAnswerIsProtocolFailure() {
        assertThat(failure("").kind()).isEqualTo(FailureKind.PROTOCOL);
        assertThat(failure("hello").kind()).isEqualTo(FailureKind.PROTOCOL);
        assertThat(failure("<html><body>login</body></html>").kind()).isEqualTo(FailureKind.PROTOCOL);
        assertThat(failure("[]").kind()).isEqualTo(FailureKind.PROTOCOL);
        assertThat(failure("{}").kind()).isEqualTo(FailureKind.PROTOCOL);
        assertThat(failure("{'choices':[]}").kind()).isEqualTo(FailureKind.PROTOCOL);
        assertThat(failure("{'content':[{'type':'text','text':'cut").kind()).isEqualTo(FailureKind.PROTOCOL);
    }

    @Test
    void httpErrorsAreTypedWithTheirAdvice() {
        Failure failure = DIALECT.failure(
                429,
                Fields.of(Map.of("retry-after", "12", "x-should-retry", "true")),
                bytes("{'type':'error','error':{'type':'rate_limit_error','message':'slow down'},'request_id':'r'}"));
        assertThat(failure.kind()).isEqualTo(FailureKind.RATE_LIMITED);
        assertThat(failure.retryAfter()).isEqualTo(java.time.Duration.ofSeconds(12));
        assertThat(failure.advice().shouldRetry()).isTrue();
    }

    private static Failure failure(String body) {
        CallFailed failed = catchThrowableOfType(CallFailed.class, () -> read(body));
        return failed.failure();
    }

    private static ChatResponse read(String singleQuoted) {
        return DIALECT.decode("p", REQUEST, bytes(singleQuoted));
    }

    private static byte[] bytes(String singleQuoted) {
        return singleQuoted.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }
}
