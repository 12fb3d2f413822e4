package dev.understudy.provider.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.StreamChunk.Reasoning;
import dev.understudy.chat.StreamChunk.ToolCallDone;
import dev.understudy.chat.StreamChunk.ToolCallPart;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorData;
import dev.understudy.provider.DecodedAnswer;
import dev.understudy.provider.dialect.StreamDecoder;
import dev.understudy.provider.framing.Framing;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AnthropicStreamTest {

    private static final String START =
            event("{'type':'message_start','message':{'id':'msg_1','model':'claude-x','role':'assistant','content':[],"
                    + "'stop_reason':null,'usage':{'input_tokens':10,'cache_read_input_tokens':3,"
                    + "'cache_creation_input_tokens':4,'output_tokens':1}}}");
    private static final String PING = event("{'type':'ping'}");
    private static final String STOP = event("{'type':'message_stop'}");

    @Test
    void textIsEmittedAsItArrives() {
        DecodedAnswer decodedAnswer = hear(
                START,
                begin(0, "'type':'text','text':''"),
                PING,
                text(0, "Hel"),
                text(0, "lo 👋"),
                end(0),
                over("end_turn"),
                STOP);
        assertThat(decodedAnswer.chunks).hasSize(3);
        assertThat(decodedAnswer.chunks.subList(0, 2))
                .containsExactly(new StreamChunk.Text("Hel"), new StreamChunk.Text("lo 👋"));
        StreamChunk.Finish finish = finish(decodedAnswer);
        assertThat(finish.reason()).isEqualTo(FinishReason.STOP);
        assertThat(finish.vendorMetadata().id()).isEqualTo("msg_1");
        assertThat(finish.vendorMetadata().model()).isEqualTo("claude-x");
        assertThat(finish.vendorMetadata().finishReason()).isEqualTo("end_turn");
        assertThat(finish.servedBy().provider()).isEqualTo("p");
        assertThat(finish.servedBy().model()).isEqualTo("asked-for");
    }

    @ParameterizedTest
    @ValueSource(strings = {"''", "'end_turn'", "null"})
    void aStopReasonInTheBeginningEndsNothing(String told) {
        String start = START.replace("\"stop_reason\":null", "\"stop_reason\":" + told.replace('\'', '"'));
        String text = begin(0, "'type':'text','text':'a'");
        assertThat(hear(start, text).kind()).isEqualTo(FailureKind.TRUNCATED);
        assertThat(hear(start, text, event("{'type':'message_delta','delta':{'stop_reason':" + told + "}}"))
                        .isComplete())
                .isEqualTo(told.contains("end"));
    }

    @Test
    void nothingBeforeTheFirstContentIsEmitted() {
        assertThat(hear(START, PING, begin(0, "'type':'text','text':''"), PING).chunks)
                .isEmpty();
    }

    @Test
    void textThatStandsInTheBeginningOfABlockIsNotLost() {
        assertThat(hear(START, begin(0, "'type':'text','text':'Once '"), text(0, "upon"), over("end_turn")).text)
                .hasToString("Once upon");
    }

    @Test
    void usageIsTheLastNumberOfEachFieldAndInputCountsTheCache() {
        assertThat(finish(hear(START, over("end_turn"))).usage())
                .isEqualTo(Usage.of(17, 5).withCachedInput(3).withCacheWrite(4));
        String repeated = event("{'type':'message_delta','delta':{'stop_reason':'end_turn'},'usage':{'input_tokens':20,"
                + "'cache_read_input_tokens':null,'output_tokens':9,'output_tokens_details':{'thinking_tokens':6}}}");
        assertThat(finish(hear(START, repeated, STOP)).usage())
                .isEqualTo(Usage.of(27, 9).withCachedInput(3).withCacheWrite(4).withReasoning(6));
    }

    @Test
    void senselessNumbersOfTokensDoNotFailTheAnswer() {
        String odd = event("{'type':'message_delta','delta':{'stop_reason':'end_turn'},'usage':{'input_tokens':-5,"
                + "'cache_read_input_tokens':99999999999,'output_tokens':'many'}}");
        assertThat(finish(hear(START, odd)).usage())
                .isEqualTo(Usage.of(Integer.MAX_VALUE, 1)
                        .withCachedInput(Integer.MAX_VALUE)
                        .withCacheWrite(4));
    }

    @Test
    void reasoningIsEmittedWithASignatureAtItsEnd() {
        DecodedAnswer decodedAnswer = hear(
                START,
                begin(0, "'type':'thinking','thinking':'','signature':''"),
                delta(0, "'type':'thinking_delta','thinking':'Let me '"),
                delta(0, "'type':'thinking_delta','thinking':'see'"),
                delta(0, "'type':'signature_delta','signature':'c2ln'"),
                end(0),
                begin(1, "'type':'redacted_thinking','data':'opaque'"),
                end(1),
                over("end_turn"));
        assertThat(decodedAnswer.chunks.subList(0, 4))
                .containsExactly(
                        new Reasoning("Let me ", null),
                        new Reasoning("see", null),
                        new Reasoning("", new ReasoningBlock.Signature("c2ln", false, "anthropic")),
                        new Reasoning("", new ReasoningBlock.Signature("opaque", true, "anthropic")));
    }

    @Test
    void toolCallIsEmittedInPartsThenWhole() {
        DecodedAnswer decodedAnswer = hear(
                START,
                begin(0, "'type':'tool_use','id':'toolu_1','name':'weather','input':{}"),
                delta(0, "'type':'input_json_delta','partial_json':''"),
                delta(0, "'type':'input_json_delta','partial_json':'{\\\"a\\\":'"),
                delta(0, "'type':'input_json_delta','partial_json':' 1}'"),
                end(0),
                begin(1, "'type':'tool_use','id':'toolu_2','name':'now','input':{}"),
                end(1),
                over("tool_use"),
                STOP);
        assertThat(decodedAnswer.chunks.subList(0, decodedAnswer.chunks.size() - 1))
                .containsExactly(
                        new ToolCallPart(0, "toolu_1", "weather", ""),
                        new ToolCallPart(0, "toolu_1", "weather", "{\"a\":"),
                        new ToolCallPart(0, "toolu_1", "weather", " 1}"),
                        new ToolCallDone(0, new ToolCall("toolu_1", "weather", "{\"a\": 1}")),
                        new ToolCallPart(1, "toolu_2", "now", ""),
                        new ToolCallPart(1, "toolu_2", "now", "{}"),
                        new ToolCallDone(1, new ToolCall("toolu_2", "now", "{}")));
        assertThat(finish(decodedAnswer).reason()).isEqualTo(FinishReason.TOOL_CALLS);
    }

    @Test
    void argumentsThatStandInTheBeginningOfABlockAreNotLost() {
        DecodedAnswer decodedAnswer = hear(
                START, begin(0, "'type':'tool_use','id':'t','name':'n','input':{'a':[1,2]}"), end(0), over("tool_use"));
        assertThat(decodedAnswer.toolCalls).containsExactly(new ToolCall("t", "n", "{\"a\":[1,2]}"));
    }

    @Test
    void argumentsThatAreNoJsonAreHandedOnAsTheyAre() {
        DecodedAnswer decodedAnswer = hear(
                START,
                begin(0, "'type':'tool_use','id':'t','name':'n','input':{}"),
                delta(0, "'type':'input_json_delta','partial_json':'{\\\"a\\\": tru'"),
                end(0),
                over("max_tokens"));
        assertThat(decodedAnswer.toolCalls).containsExactly(new ToolCall("t", "n", "{\"a\": tru"));
        assertThat(finish(decodedAnswer).reason()).isEqualTo(FinishReason.LENGTH);
    }

    @Test
    void toolCallOfAnUnclosedBlockIsEmittedAtTheEnd() {
        DecodedAnswer decodedAnswer = hear(
                START,
                begin(0, "'type':'tool_use','id':'t','name':'n','input':{}"),
                delta(0, "'type':'input_json_delta','partial_json':'{}'"),
                over("tool_use"));
        assertThat(decodedAnswer.toolCalls).containsExactly(new ToolCall("t", "n", "{}"));
    }

    @Test
    void bothCallsOfAReusedBlockNumberAreEmitted() {
        DecodedAnswer decodedAnswer = hear(
                START,
                begin(0, "'type':'tool_use','id':'t1','name':'n','input':{}"),
                begin(0, "'type':'tool_use','id':'t2','name':'n','input':{}"),
                end(0),
                over("tool_use"));
        assertThat(decodedAnswer.toolCalls).extracting(ToolCall::id).containsExactly("t1", "t2");
    }

    @Test
    void toolsThatTheVendorRunsItselfAreNoCallsOfOurs() {
        DecodedAnswer decodedAnswer = hear(
                START,
                begin(0, "'type':'server_tool_use','id':'s','name':'web_search','input':{}"),
                delta(0, "'type':'input_json_delta','partial_json':'{\\\"q\\\":1}'"),
                end(0),
                begin(1, "'type':'web_search_tool_result','tool_use_id':'s','content':[{'type':'x','text':'no'}]"),
                end(1),
                begin(2, "'type':'mcp_tool_use','id':'m','name':'x','server_name':'y','input':{}"),
                end(2),
                begin(3, "'type':'text','text':''"),
                text(3, "found"),
                delta(3, "'type':'citations_delta','citation':{'cited_text':'no'}"),
                end(3),
                over("end_turn"));
        assertThat(decodedAnswer.toolCalls).isEmpty();
        assertThat(decodedAnswer.response().blocks())
                .containsExactly(
                        opaque(
                                "server_tool_use",
                                "'type':'server_tool_use','id':'s','name':'web_search','input':{'q':1}"),
                        opaque(
                                "web_search_tool_result",
                                "'type':'web_search_tool_result','tool_use_id':'s','content':[{'type':'x','text':'no'}]"),
                        opaque(
                                "mcp_tool_use",
                                "'type':'mcp_tool_use','id':'m','name':'x','server_name':'y','input':{}"),
                        new ContentBlock.Text("found", data("'citations':[{'cited_text':'no'}]")));
        assertThat(finish(decodedAnswer).reason()).isEqualTo(FinishReason.STOP);
    }

    private static ContentBlock opaque(String type, String fields) {
        return new ContentBlock.Opaque(type, data(fields));
    }

    private static VendorData data(String fields) {
        return new VendorData("anthropic", "{" + fields.replace('\'', '"') + "}");
    }

    @Test
    void unknownEventsAreSkipped() {
        DecodedAnswer decodedAnswer = hear(
                START,
                event("{'type':'mood','text':'glad'}"),
                begin(0, "'type':'hologram','text':'no'"),
                delta(0, "'type':'hologram_delta','beam':'no'"),
                end(0),
                event("{'strange':true}"),
                "data: [DONE]\n\n",
                ": comment\n\n",
                begin(1, "'type':'text','text':'','new':{'a':[{}]}"),
                event(
                        "{'index':1,'p':'padding','delta':{'text':'yes','type':'text_delta'},'type':'content_block_delta'}"),
                over("end_turn"));
        assertThat(decodedAnswer.text).hasToString("yes");
        assertThat(decodedAnswer.isComplete()).isTrue();
    }

    @Test
    void eventsThatNameTheirTypeOnlyOutsideAreUnderstood() {
        DecodedAnswer decodedAnswer = hear(
                START,
                "event: content_block_delta\ndata: {\"index\":0,\"delta\":{\"text\":\"yes\"}}\n\n",
                over("end_turn"));
        assertThat(decodedAnswer.text).hasToString("yes");
    }

    @ParameterizedTest
    @CsvSource({
        "end_turn, STOP",
        "stop_sequence, STOP",
        "max_tokens, LENGTH",
        "model_context_window_exceeded, LENGTH",
        "tool_use, TOOL_CALLS",
        "refusal, CONTENT_FILTER",
        "pause_turn, PAUSE",
        "compaction, PAUSE",
        "END_TURN, STOP",
        "something_new, OTHER"
    })
    void stopReasonsAreOurs(String said, FinishReason reason) {
        DecodedAnswer decodedAnswer = hear(START, over(said), STOP);
        assertThat(finish(decodedAnswer).reason()).isEqualTo(reason);
        assertThat(finish(decodedAnswer).vendorMetadata().finishReason()).isEqualTo(said);
    }

    @Test
    void aStreamWithoutAStopReasonIsTruncated() {
        assertThat(hear(START, begin(0, "'type':'text','text':''"), text(0, "Hel"))
                        .kind())
                .isEqualTo(FailureKind.TRUNCATED);
        assertThat(hear("").kind()).isEqualTo(FailureKind.TRUNCATED);
        assertThat(hear(START, over("end_turn").substring(0, 60)).kind()).isEqualTo(FailureKind.TRUNCATED);
        assertThat(hear(START, begin(0, "'type':'tool_use','id':'t','name':'n','input':{}")).toolCalls)
                .isEmpty();
    }

    @Test
    void aStopReasonInAnEventThatIsCutCountsForNothing() {
        String last = over("end_turn");
        for (int cut = 1; cut < last.length() - 3; cut++) {
            assertThat(hear(START, text(0, "a"), last.substring(0, cut)).kind())
                    .as(last.substring(0, cut))
                    .isEqualTo(FailureKind.TRUNCATED);
        }
        assertThat(hear(START, text(0, "a"), last.stripTrailing()).isComplete()).isTrue();
    }

    @Test
    void usageThatFollowsTheStopReasonCounts() {
        String usage = event("{'type':'message_delta','delta':{},'usage':{'output_tokens':9}}");
        assertThat(finish(hear(START, over("end_turn"), usage, STOP)).usage().output())
                .isEqualTo(9);
    }

    @Test
    void oneOfStopReasonAndMessageStopIsEnough() {
        assertThat(hear(START, text(0, "a"), over("end_turn")).isComplete()).isTrue();
        DecodedAnswer stopped = hear(START, text(0, "a"), STOP);
        assertThat(stopped.isComplete()).isTrue();
        assertThat(finish(stopped).reason()).isEqualTo(FinishReason.OTHER);
    }

    @Test
    void theEndIsSeenAsSoonAsItIsThere() {
        StreamDecoder decoder = new Anthropic().decoder("p", ChatRequest.of("m", "q"));
        Framing framing = new Anthropic().framing();
        feed(framing, decoder, START + text(0, "a"));
        assertThat(decoder.finished()).isFalse();
        feed(framing, decoder, over("end_turn"));
        assertThat(decoder.finished()).isTrue();
        assertThat(decoder.terminated()).isFalse();
        feed(framing, decoder, STOP);
        assertThat(decoder.terminated()).isTrue();
    }

    @Test
    void anErrorInTheStreamIsTypedByItsType() {
        assertThat(failed("overloaded_error")).isEqualTo(FailureKind.OVERLOADED);
        assertThat(failed("rate_limit_error")).isEqualTo(FailureKind.RATE_LIMITED);
        assertThat(failed("api_error")).isEqualTo(FailureKind.SERVER);
        assertThat(failed("timeout_error")).isEqualTo(FailureKind.SERVER);
        assertThat(failed("authentication_error")).isEqualTo(FailureKind.AUTH);
        assertThat(failed("permission_error")).isEqualTo(FailureKind.FORBIDDEN);
        assertThat(failed("billing_error")).isEqualTo(FailureKind.QUOTA);
        assertThat(failed("invalid_request_error")).isEqualTo(FailureKind.INVALID_REQUEST);
        assertThat(failed("something_new")).isEqualTo(FailureKind.SERVER);
    }

    @Test
    void anErrorMayBeTheVeryFirstEvent() {
        DecodedAnswer decodedAnswer = hear(error("overloaded_error"));
        assertThat(decodedAnswer.kind()).isEqualTo(FailureKind.OVERLOADED);
        assertThat(Objects.requireNonNull(decodedAnswer.failure).message()).isEqualTo("Words");
        assertThat(decodedAnswer.failure.code()).isEqualTo("overloaded_error");
        assertThat(decodedAnswer.failure.status()).isZero();
    }

    @Test
    void anErrorAfterTheStopReasonStillFailsAndAfterMessageStopNoMore() {
        assertThat(hear(START, text(0, "a"), over("end_turn"), error("api_error"))
                        .kind())
                .isEqualTo(FailureKind.SERVER);
        assertThat(hear(START, text(0, "a"), over("end_turn"), STOP, error("api_error"))
                        .isComplete())
                .isTrue();
    }

    @Test
    void rubbishFailsBeforeTheStopReasonAndNotAfterIt() {
        assertThat(hear(START, "data: {\"type\":\"content_bl\n\n").kind()).isEqualTo(FailureKind.PROTOCOL);
        assertThat(hear(START, "data: <html>\n\n").kind()).isEqualTo(FailureKind.PROTOCOL);
        assertThat(hear(START, over("end_turn"), "data: {\"type\":\"mess\n\n").isComplete())
                .isTrue();
    }

    @Test
    void splicedAnswerIsRefusedAndARepeatedStartIsNot() {
        String other = START.replace("msg_1", "msg_2");
        assertThat(hear(START, text(0, "a"), other, text(0, "b")).kind()).isEqualTo(FailureKind.PROTOCOL);
        DecodedAnswer twice = hear(START, START, text(0, "a"), over("end_turn"));
        assertThat(twice.isComplete()).isTrue();
        assertThat(finish(twice).vendorMetadata().id()).isEqualTo("msg_1");
        DecodedAnswer late = hear(START, text(0, "a"), over("end_turn"), other);
        assertThat(late.isComplete()).isTrue();
        assertThat(finish(late).vendorMetadata().id()).isEqualTo("msg_1");
    }

    @Test
    void bareJsonInPlaceOfEventsIsAnError() {
        assertThat(hear("{\n \"type\": \"error\",\n \"error\": {\"type\": \"overloaded_error\", \"message\": \"x\"}\n}")
                        .kind())
                .isEqualTo(FailureKind.OVERLOADED);
        assertThat(hear(START, "error: {\"detail\":\"x\"}\n\n").kind()).isEqualTo(FailureKind.SERVER);
    }

    private static FailureKind failed(String type) {
        return Objects.requireNonNull(hear(START, text(0, "a"), error(type)).kind());
    }

    private static String error(String type) {
        return "event: error\n" + event("{'type':'error','error':{'type':'" + type + "','message':'Words'}}");
    }

    private static String begin(int index, String block) {
        return event("{'type':'content_block_start','index':" + index + ",'content_block':{" + block + "}}");
    }

    private static String text(int index, String text) {
        return delta(index, "'type':'text_delta','text':'" + text + "'");
    }

    private static String delta(int index, String delta) {
        return event("{'type':'content_block_delta','index':" + index + ",'delta':{" + delta + "}}");
    }

    private static String end(int index) {
        return event("{'type':'content_block_stop','index':" + index + "}");
    }

    private static String over(String reason) {
        return event("{'type':'message_delta','delta':{'stop_reason':'" + reason
                + "','stop_sequence':null},'usage':{'output_tokens':5}}");
    }

    private static String event(String singleQuoted) {
        return "data: " + singleQuoted.replace('\'', '"') + "\n\n";
    }

    private static StreamChunk.Finish finish(DecodedAnswer decodedAnswer) {
        assertThat(decodedAnswer.failure).isNull();
        return Objects.requireNonNull(decodedAnswer.finish);
    }

    private static void feed(Framing framing, StreamDecoder decoder, String events) {
        framing.push(events.getBytes(StandardCharsets.UTF_8));
        while (framing.next()) {
            decoder.read(framing, chunk -> {});
        }
    }

    private static DecodedAnswer hear(String... events) {
        byte[] body = String.join("", List.of(events)).getBytes(StandardCharsets.UTF_8);
        Anthropic dialect = new Anthropic();
        return DecodedAnswer.of(dialect.framing(), dialect.decoder("p", ChatRequest.of("asked-for", "q")), body);
    }
}
