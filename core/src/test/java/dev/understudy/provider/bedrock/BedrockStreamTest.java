package dev.understudy.provider.bedrock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.StreamChunk.Reasoning;
import dev.understudy.chat.StreamChunk.Text;
import dev.understudy.chat.StreamChunk.ToolCallPart;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorData;
import dev.understudy.provider.DecodedAnswer;
import dev.understudy.provider.EventStreamBytes;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BedrockStreamTest {

    private static final ChatRequest REQUEST = ChatRequest.of("asked", "?");

    private static EventStreamBytes begun() {
        return EventStreamBytes.stream().event("messageStart", json("{'role':'assistant','p':'abc'}"));
    }

    private static EventStreamBytes said(String text) {
        return delta(begun(), 0, "'text':'" + text + "'");
    }

    private static EventStreamBytes delta(EventStreamBytes stream, int index, String fields) {
        return stream.event(
                "contentBlockDelta", json("{'contentBlockIndex':" + index + ",'delta':{" + fields + "},'p':'ab'}"));
    }

    private static EventStreamBytes stopped(EventStreamBytes stream, String reason) {
        return stream.event("messageStop", json("{'stopReason':'" + reason + "'}"));
    }

    private static EventStreamBytes told(EventStreamBytes stream) {
        return stream.event(
                "metadata",
                json("{'usage':{'inputTokens':10,'outputTokens':5,'totalTokens':22,'cacheReadInputTokens':4,"
                        + "'cacheWriteInputTokens':3},'metrics':{'latencyMs':1}}"));
    }

    @Test
    void textIsEmittedAndUsageComesAfterTheStop() {
        DecodedAnswer decodedAnswer = hear(told(stopped(delta(said("Hel"), 0, "'text':'lo 👋'"), "end_turn")));
        assertThat(decodedAnswer.chunks).hasSize(3).startsWith(new Text("Hel"), new Text("lo 👋"));
        assertThat(decodedAnswer.finished().reason()).isEqualTo(FinishReason.STOP);
        assertThat(decodedAnswer.finished().usage())
                .isEqualTo(Usage.of(17, 5).withCachedInput(4).withCacheWrite(3));
        assertThat(decodedAnswer.finished().vendorMetadata().finishReason()).isEqualTo("end_turn");
    }

    @Test
    void aCacheThatIsCountedInTheInputIsNotCountedTwice() {
        DecodedAnswer decodedAnswer = hear(
                stopped(said("Hi"), "end_turn")
                        .event(
                                "metadata",
                                json(
                                        "{'usage':{'inputTokens':10,'outputTokens':5,'totalTokens':15,'cacheReadInputTokens':4}}")));
        assertThat(decodedAnswer.finished().usage()).isEqualTo(Usage.of(10, 5).withCachedInput(4));
    }

    @Test
    void anAnswerWithoutMetadataIsCompleteAndOneWithoutStopIsNot() {
        assertThat(hear(stopped(said("Hi"), "end_turn")).finished().usage()).isEqualTo(Usage.none());
        assertThat(hear(told(said("Hi"))).kind()).isEqualTo(FailureKind.TRUNCATED);
        assertThat(hear(begun()).chunks).isEmpty();
    }

    @Test
    void toolCallsAreEmittedInPartsAndWhole() {
        EventStreamBytes stream = said("Looking.")
                .event(
                        "contentBlockStart",
                        json("{'contentBlockIndex':1,'start':{'toolUse':{'toolUseId':'t1','name':'clock'}}}"));
        delta(stream, 1, "'toolUse':{'input':'{\\'zone\\':'}");
        delta(stream, 1, "'toolUse':{'input':'\\'UTC\\'}'}");
        stream.event("contentBlockStop", json("{'contentBlockIndex':1}"))
                .event(
                        "contentBlockStart",
                        json(
                                "{'contentBlockIndex':2,'start':{'toolUse':{'toolUseId':'t2','name':'date','type':'tool_use'}}}"))
                .event("contentBlockStop", json("{'contentBlockIndex':2}"));
        DecodedAnswer decodedAnswer = hear(told(stopped(stream, "tool_use")));
        assertThat(decodedAnswer.toolCalls)
                .containsExactly(new ToolCall("t1", "clock", "{\"zone\":\"UTC\"}"), new ToolCall("t2", "date", "{}"));
        assertThat(decodedAnswer.callsFromParts()).isEqualTo(decodedAnswer.toolCalls);
        assertThat(decodedAnswer.chunks.get(1)).isEqualTo(new ToolCallPart(0, "t1", "clock", ""));
        assertThat(decodedAnswer.finished().reason()).isEqualTo(FinishReason.TOOL_CALLS);
    }

    @Test
    void toolsThatTheVendorRunsAreNoCalls() {
        EventStreamBytes stream = begun().event(
                        "contentBlockStart",
                        json(
                                "{'contentBlockIndex':0,'start':{'toolUse':{'toolUseId':'t','name':'search','type':'server_tool_use'}}}"));
        delta(stream, 0, "'toolUse':{'input':'{}'}");
        stream.event("contentBlockStop", json("{'contentBlockIndex':0}"))
                .event("contentBlockStart", json("{'contentBlockIndex':1,'start':{'toolResult':{'toolUseId':'t'}}}"));
        delta(stream, 1, "'toolResult':[{'text':'found'}]");
        delta(stream, 2, "'citation':{'title':'x'}");
        delta(stream, 2, "'text':'So'");
        DecodedAnswer decodedAnswer = hear(stopped(stream, "end_turn"));
        assertThat(decodedAnswer.toolCalls).isEmpty();
        assertThat(decodedAnswer.response().blocks())
                .containsExactly(
                        opaque(
                                "toolUse",
                                "{'toolUse':{'toolUseId':'t','name':'search','type':'server_tool_use','input':{}}}"),
                        opaque("toolResult", "{'toolResult':{'toolUseId':'t','content':[{'text':'found'}]}}"),
                        new ContentBlock.Text("So", data("{'citations':[{'title':'x'}]}")));
        assertThat(decodedAnswer.finished().reason()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void reasoningIsEmittedWithItsSignature() {
        EventStreamBytes stream = delta(begun(), 0, "'reasoningContent':{'text':'Hm'}");
        delta(stream, 0, "'reasoningContent':{'signature':'si'}");
        delta(stream, 0, "'reasoningContent':{'signature':'gn'}");
        stream.event("contentBlockStop", json("{'contentBlockIndex':0}"));
        delta(stream, 1, "'reasoningContent':{'redactedContent':'b64'}");
        DecodedAnswer decodedAnswer = hear(stopped(stream, "end_turn"));
        assertThat(decodedAnswer.chunks.subList(0, 3))
                .containsExactly(
                        new Reasoning("Hm", null),
                        new Reasoning("", new ReasoningBlock.Signature("sign", false, "bedrock-converse")),
                        new Reasoning("", new ReasoningBlock.Signature("b64", true, "bedrock-converse")));
    }

    @ParameterizedTest
    @CsvSource({
        "stop_sequence, STOP",
        "max_tokens, LENGTH",
        "model_context_window_exceeded, LENGTH",
        "content_filtered, CONTENT_FILTER",
        "guardrail_intervened, CONTENT_FILTER",
        "sleepy, OTHER"
    })
    void stopReasonsAreUnderstood(String word, FinishReason reason) {
        assertThat(hear(stopped(said("x"), word)).finished().reason()).isEqualTo(reason);
    }

    @ParameterizedTest
    @CsvSource({"malformed_tool_use, TOOL_REJECTED", "malformed_model_output, SERVER"})
    void anAnswerThatTheVendorCallsMalformedIsNone(String word, FailureKind kind) {
        assertThat(hear(told(stopped(said("x"), word))).kind()).isEqualTo(kind);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "throttlingException | {'message':'Too many tokens, please wait before trying again.'} | RATE_LIMITED",
                "internalServerException | {'message':'x'} | SERVER",
                "modelStreamErrorException | {'message':'x','originalStatusCode':424,'originalMessage':'y'} | SERVER",
                "serviceUnavailableException | {'message':'x'} | OVERLOADED",
                "validationException | {'message':'x'} | INVALID_REQUEST",
                "validationException | {'message':'Input is too long for requested model.'} | CONTEXT_OVERFLOW",
                "somethingNewException | {'message':'x'} | SERVER",
                "throttlingException | '' | RATE_LIMITED",
            })
    void exceptionsAreTypedByTheirName(String type, String payload, FailureKind kind) {
        DecodedAnswer decodedAnswer = hear(told(said("Half").exception(type, json(payload))));
        assertThat(decodedAnswer.kind()).isEqualTo(kind);
        assertThat(decodedAnswer.text).hasToString("Half");
        assertThat(decodedAnswer.finish).isNull();
        assertThat(String.valueOf(decodedAnswer.failure)).contains(type);
    }

    @Test
    void errorWithoutPayloadHasItsMessage() {
        DecodedAnswer decodedAnswer = hear(said("Half").error("ServiceUnavailable", "Come back later"));
        assertThat(decodedAnswer.kind()).isEqualTo(FailureKind.OVERLOADED);
        assertThat(String.valueOf(decodedAnswer.failure)).contains("Come back later");
    }

    @Test
    void theChunksOfAnInvokedModelAreItsOwnEvents() {
        EventStreamBytes stream = chunk(EventStreamBytes.stream(), "{'messageStart':{'role':'assistant'}}");
        chunk(stream, "{'contentBlockDelta':{'delta':{'text':'Hi'},'contentBlockIndex':0}}");
        stream.event("chunk", json("{'p':'no bytes'}"));
        chunk(stream, "{'messageStop':{'stopReason':'end_turn'}}");
        chunk(stream, "{'metadata':{'usage':{'inputTokens':1,'outputTokens':2}}}");
        DecodedAnswer decodedAnswer = DecodedAnswer.of(
                new BedrockInvokeFraming(), new BedrockConverse().decoder("p", REQUEST), stream.bytes());
        assertThat(decodedAnswer.text).hasToString("Hi");
        assertThat(decodedAnswer.finished().usage()).isEqualTo(Usage.of(1, 2));
    }

    @Test
    void anInvokedModelMayThrowToo() {
        EventStreamBytes stream = chunk(
                        EventStreamBytes.stream(),
                        "{'type':'content_block_delta','index':0,'delta':{'type':'text_delta','text':'Half'}}")
                .exception("throttlingException", json("{'message':'slow'}"));
        DecodedAnswer decodedAnswer = DecodedAnswer.of(
                new BedrockInvokeFraming(), new BedrockAnthropic().decoder("p", REQUEST), stream.bytes());
        assertThat(decodedAnswer.kind()).isEqualTo(FailureKind.RATE_LIMITED);
        assertThat(decodedAnswer.text).hasToString("Half");
        EventStreamBytes wrong = EventStreamBytes.stream().event("chunk", json("{'bytes':'***'}"));
        assertThat(DecodedAnswer.of(
                                new BedrockInvokeFraming(), new BedrockAnthropic().decoder("p", REQUEST), wrong.bytes())
                        .kind())
                .isEqualTo(FailureKind.PROTOCOL);
    }

    private static EventStreamBytes chunk(EventStreamBytes stream, String event) {
        String base64 = Base64.getEncoder().encodeToString(json(event).getBytes(StandardCharsets.UTF_8));
        return stream.event("chunk", json("{'bytes':'" + base64 + "','p':'abc'}"));
    }

    @Test
    void wholeAnswerIsDecoded() {
        ChatResponse response = decode("{'output':{'message':{'role':'assistant','content':["
                + "{'reasoningContent':{'reasoningText':{'text':'Hm','signature':'sig'}}},{'reasoningContent':{'redactedContent':'b64'}},{'text':'It"
                + " is '},"
                + "{'citationsContent':{'content':[{'text':'noon'}],'citations':[{'title':'Almanac','sourceContent':[{'text':'12:00'}]}]}},"
                + "{'toolUse':{'toolUseId':'t1','name':'clock','input':{'zone':'UTC'}}},"
                + "{'toolUse':{'toolUseId':'t2','name':'search','type':'server_tool_use','input':{}}}]}},"
                + "'stopReason':'tool_use','usage':{'inputTokens':3,'outputTokens':4,'totalTokens':7}}");
        assertThat(response.text()).isEqualTo("It is noon");
        assertThat(response.reasoningBlocks())
                .containsExactly(
                        new ReasoningBlock("Hm", new ReasoningBlock.Signature("sig", false, "bedrock-converse")),
                        new ReasoningBlock("", new ReasoningBlock.Signature("b64", true, "bedrock-converse")));
        assertThat(response.toolCalls()).containsExactly(new ToolCall("t1", "clock", "{\"zone\":\"UTC\"}"));
        assertThat(response.usage()).isEqualTo(Usage.of(3, 4));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'message':'The security token included in the request is invalid'} | AUTH",
                "{'output':{}} | PROTOCOL",
                "[] | PROTOCOL",
                "{'output':{'message':{'content':[]}},'stopReason':'malformed_tool_use'} | TOOL_REJECTED"
            })
    void bodyWithoutAnswerIsFailure(String body, FailureKind kind) {
        CallFailed failed = catchThrowableOfType(CallFailed.class, () -> decode(body));
        assertThat(failed.failure().kind()).isEqualTo(kind);
    }

    private static ChatResponse decode(String body) {
        return new BedrockConverse().decode("p", REQUEST, json(body).getBytes(StandardCharsets.UTF_8));
    }

    private static String json(String singleQuoted) {
        return singleQuoted.replace('\'', '"');
    }

    private static DecodedAnswer hear(EventStreamBytes stream) {
        BedrockConverse dialect = new BedrockConverse();
        return DecodedAnswer.of(dialect.framing(), dialect.decoder("p", REQUEST), stream.bytes());
    }

    private static ContentBlock opaque(String type, String fields) {
        return new ContentBlock.Opaque(type, data(fields));
    }

    private static VendorData data(String fields) {
        return new VendorData("bedrock-converse", fields.replace('\'', '"'));
    }
}
