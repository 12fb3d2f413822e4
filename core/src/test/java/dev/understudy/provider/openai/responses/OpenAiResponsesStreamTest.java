package dev.understudy.provider.openai.responses;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.StreamChunk.Reasoning;
import dev.understudy.chat.StreamChunk.Refusal;
import dev.understudy.chat.StreamChunk.Text;
import dev.understudy.chat.StreamChunk.ToolCallDone;
import dev.understudy.chat.StreamChunk.ToolCallPart;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorData;
import dev.understudy.provider.DecodedAnswer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OpenAiResponsesStreamTest {

    private static final String CREATED = event(
            "response.created",
            "'response':{'id':'resp_1','model':'m-2026','status':'in_progress','error':null,'output':[]}");
    private static final String WORKING = event("response.in_progress", "'response':{'status':'in_progress'}");
    private static final String MESSAGE =
            event("response.output_item.added", "'output_index':0,'item':{'id':'msg_1','type':'message','content':[]}");
    private static final String COMPLETED = event(
            "response.completed",
            "'response':{'id':'resp_1','model':'m-2026','status':'completed','output':[],'usage':{'input_tokens':11,"
                    + "'input_tokens_details':{'cached_tokens':4},'output_tokens':7,"
                    + "'output_tokens_details':{'reasoning_tokens':3},'total_tokens':18}}");

    @Test
    void textIsEmittedAsItArrives() {
        DecodedAnswer decodedAnswer = hear(
                CREATED,
                WORKING,
                MESSAGE,
                text("Hel"),
                text("lo 👋"),
                event("response.output_text.done", "'output_index':0,'content_index':0,'text':'Hello 👋'"),
                event(
                        "response.output_item.done",
                        "'output_index':0,'item':{'id':'msg_1','type':'message','content':[{'type':'output_text','text':'Hello"
                                + " 👋'}]}"),
                COMPLETED);
        assertThat(decodedAnswer.chunks).hasSize(3).startsWith(new Text("Hel"), new Text("lo 👋"));
        StreamChunk.Finish finish = decodedAnswer.finished();
        assertThat(finish.reason()).isEqualTo(FinishReason.STOP);
        assertThat(finish.usage()).isEqualTo(Usage.of(11, 7).withCachedInput(4).withReasoning(3));
        assertThat(finish.vendorMetadata().id()).isEqualTo("resp_1");
        assertThat(finish.vendorMetadata().model()).isEqualTo("m-2026");
        assertThat(finish.vendorMetadata().finishReason()).isEqualTo("completed");
        assertThat(finish.servedBy().provider()).isEqualTo("p");
    }

    @Test
    void nothingBeforeTheFirstContentIsEmitted() {
        assertThat(hear(CREATED, WORKING, MESSAGE, event("keepalive", "'sequence_number':3")).chunks)
                .isEmpty();
    }

    @Test
    void toolCallsAreEmittedInPartsAndWhole() {
        DecodedAnswer decodedAnswer = hear(
                CREATED,
                call(0, "fc_1", "call_1", "weather", ""),
                call(1, "fc_2", "call_2", "clock", ""),
                arguments(0, "{'city':"),
                arguments(1, "{"),
                arguments(0, "'Rome'}"),
                event(
                        "response.function_call_arguments.done",
                        "'output_index':0,'arguments':'{\\'city\\':\\'Rome\\'}'"),
                callDone(0, "fc_1", "call_1", "weather", "{'city':'Rome'}"),
                callDone(1, "fc_2", "call_2", "clock", "{}"),
                COMPLETED);
        assertThat(decodedAnswer.toolCalls)
                .containsExactly(
                        new ToolCall("call_1", "weather", "{\"city\":\"Rome\"}"),
                        new ToolCall("call_2", "clock", "{}"));
        assertThat(decodedAnswer.callsFromParts()).isEqualTo(decodedAnswer.toolCalls);
        assertThat(decodedAnswer.chunks.get(0)).isEqualTo(new ToolCallPart(0, "call_1", "weather", ""));
        assertThat(decodedAnswer.finished().reason()).isEqualTo(FinishReason.TOOL_CALLS);
    }

    @Test
    void argumentsInTheFirstEventAreNotDoubled() {
        DecodedAnswer again = hear(call(0, "fc", "c", "t", "{'a':1}"), arguments(0, "{'a':1}"), COMPLETED);
        assertThat(again.toolCalls).containsExactly(new ToolCall("c", "t", "{\"a\":1}"));
        assertThat(again.callsFromParts()).isEqualTo(again.toolCalls);
        DecodedAnswer once = hear(call(0, "fc", "c", "t", "{'a':1}"), COMPLETED);
        assertThat(once.toolCalls).containsExactly(new ToolCall("c", "t", "{\"a\":1}"));
        assertThat(once.callsFromParts()).isEqualTo(once.toolCalls);
    }

    @Test
    void aCallThatOnlyEndsIsACall() {
        DecodedAnswer decodedAnswer = hear(CREATED, callDone(2, "fc", "c", "t", "{}"), COMPLETED);
        assertThat(decodedAnswer.chunks.subList(0, 3))
                .containsExactly(
                        new ToolCallPart(0, "c", "t", ""),
                        new ToolCallPart(0, "c", "t", "{}"),
                        new ToolCallDone(0, new ToolCall("c", "t", "{}")));
    }

    @Test
    void withoutAPlaceAnItemIsKnownByItsId() {
        DecodedAnswer decodedAnswer = hear(
                event(
                        "response.output_item.added",
                        "'item':{'id':'fc_1','type':'function_call','call_id':'c1','name':'t','arguments':''}"),
                event(
                        "response.output_item.added",
                        "'item':{'id':'fc_2','type':'function_call','call_id':'c2','name':'u','arguments':''}"),
                event("response.function_call_arguments.delta", "'item_id':'fc_2','delta':'[2]'"),
                event("response.function_call_arguments.delta", "'item_id':'fc_1','delta':'[1]'"),
                COMPLETED);
        assertThat(decodedAnswer.toolCalls)
                .containsExactly(new ToolCall("c1", "t", "[1]"), new ToolCall("c2", "u", "[2]"));
    }

    @Test
    void aPlaceCountsMoreThanAnIdThatChanges() {
        DecodedAnswer decodedAnswer = hear(
                call(0, "fc_1", "c1", "t", ""),
                event("response.function_call_arguments.delta", "'output_index':0,'item_id':'other','delta':'{}'"),
                callDone(0, "third", "c1", "t", "{}"),
                COMPLETED);
        assertThat(decodedAnswer.toolCalls).containsExactly(new ToolCall("c1", "t", "{}"));
    }

    @Test
    void reasoningIsEmittedWithItsSignature() {
        DecodedAnswer decodedAnswer = hear(
                event(
                        "response.output_item.added",
                        "'output_index':0,'item':{'id':'rs','type':'reasoning','summary':[]}"),
                event("response.reasoning_summary_text.delta", "'output_index':0,'summary_index':0,'delta':'Think'"),
                event("response.reasoning_summary_text.delta", "'output_index':0,'summary_index':1,'delta':' twice'"),
                event(
                        "response.output_item.done",
                        "'output_index':0,'item':{'id':'rs','type':'reasoning','encrypted_content':'opaque','summary':[{'type':'summary_text','text':'Think'},{'type':'summary_text','text':'"
                                + " twice'}]}"),
                COMPLETED);
        assertThat(decodedAnswer.chunks.subList(0, 3))
                .containsExactly(
                        new Reasoning("Think", null),
                        new Reasoning(" twice", null),
                        new Reasoning("", new ReasoningBlock.Signature("opaque", true, "openai-responses")));
    }

    @Test
    void contentWithoutDeltasComesFromDoneEvents() {
        DecodedAnswer decodedAnswer = hear(
                event(
                        "response.output_item.done",
                        "'output_index':0,'item':{'type':'reasoning','summary':[],'content':[{'type':'reasoning_text','text':'Hm'}]}"),
                event("response.output_text.done", "'output_index':1,'content_index':0,'text':'Yes'"),
                event(
                        "response.output_item.done",
                        "'output_index':1,'item':{'type':'message','content':[{'type':'output_text','text':'Yes'}]}"),
                event(
                        "response.output_item.done",
                        "'output_index':2,'item':{'type':'message','content':[{'type':'output_text','text':'!'}]}"),
                COMPLETED);
        assertThat(decodedAnswer.reasoning).hasToString("Hm");
        assertThat(decodedAnswer.text).hasToString("Yes!");
    }

    @Test
    void responseWithOnlyItsLastEventIsEmittedWhole() {
        DecodedAnswer decodedAnswer = hear(
                CREATED,
                event(
                        "response.completed",
                        "'response':{'id':'r','status':'completed','output':["
                                + "{'type':'message','content':[{'type':'output_text','text':'All at once'}]},"
                                + "{'type':'function_call','call_id':'c','name':'t','arguments':'{}'}]}"));
        assertThat(decodedAnswer.text).hasToString("All at once");
        assertThat(decodedAnswer.toolCalls).containsExactly(new ToolCall("c", "t", "{}"));
    }

    @Test
    void aRefusalIsNoText() {
        DecodedAnswer decodedAnswer = hear(
                MESSAGE,
                event("response.refusal.delta", "'output_index':0,'content_index':0,'delta':'I will not'"),
                event("response.refusal.done", "'output_index':0,'content_index':0,'refusal':'I will not'"),
                COMPLETED);
        assertThat(decodedAnswer.text).isEmpty();
        assertThat(decodedAnswer.chunks.get(0)).isEqualTo(new Refusal("I will not"));
        assertThat(decodedAnswer.refusal).hasToString("I will not");
    }

    @Test
    void toolsOfTheVendorAndEventsOfTomorrowAreNoCalls() {
        DecodedAnswer decodedAnswer = hear(
                event("response.output_item.added", "'output_index':0,'item':{'type':'web_search_call','id':'ws'}"),
                event("response.web_search_call.searching", "'output_index':0,'item_id':'ws'"),
                event("response.code_interpreter_call_code.delta", "'output_index':0,'delta':'print()'"),
                event("response.output_item.done", "'output_index':0,'item':{'type':'web_search_call','id':'ws'}"),
                event("response.hologram.delta", "'output_index':1,'delta':'~'"),
                COMPLETED);
        assertThat(decodedAnswer.toolCalls).isEmpty();
        assertThat(decodedAnswer.response().blocks())
                .containsExactly(new ContentBlock.Opaque(
                        "web_search_call",
                        new VendorData("openai-responses", "{\"type\":\"web_search_call\",\"id\":\"ws\"}")));
        assertThat(decodedAnswer.finished().reason()).isEqualTo(FinishReason.STOP);
    }

    @ParameterizedTest
    @CsvSource({"max_output_tokens, LENGTH", "content_filter, CONTENT_FILTER", "boredom, OTHER"})
    void incompleteResponseHasItsFinishReason(String word, FinishReason reason) {
        DecodedAnswer decodedAnswer = hear(
                MESSAGE,
                text("Half"),
                event(
                        "response.incomplete",
                        "'response':{'status':'incomplete','incomplete_details':{'reason':'" + word + "'}}"));
        assertThat(decodedAnswer.finished().reason()).isEqualTo(reason);
        assertThat(decodedAnswer.finished().vendorMetadata().finishReason()).isEqualTo(word);
    }

    @Test
    void theMarkerOfTheOtherWireCompletesNothing() {
        assertThat(hear(CREATED, MESSAGE, text("Half"), "data: [DONE]\n\n").kind())
                .isEqualTo(FailureKind.TRUNCATED);
        assertThat(hear(MESSAGE, text("Whole"), COMPLETED, "data: [DONE]\n\n").isComplete())
                .isTrue();
    }

    @Test
    void afterTheEndNothingCounts() {
        DecodedAnswer decodedAnswer =
                hear(MESSAGE, text("Whole"), COMPLETED, text(" and more"), "event: error\ndata: {\"code\":\"x\"}\n\n");
        assertThat(decodedAnswer.text).hasToString("Whole");
        assertThat(decodedAnswer.isComplete()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "event: error |"
                        + " {'type':'error','error':{'type':'insufficient_quota','code':'insufficient_quota','message':'m'}}"
                        + " | QUOTA",
                "event: error | {'type':'error','code':'rate_limit_exceeded','message':'m','param':null} |"
                        + " RATE_LIMITED",
                "x: y | {'type':'error','code':null,'message':'The server had an error'} | SERVER",
                "event: response.failed |"
                        + " {'type':'response.failed','response':{'error':{'code':'server_error','message':'m'}}} |"
                        + " SERVER",
                "x: y |"
                        + " {'type':'response.failed','response':{'status':'failed','error':{'code':'context_length_exceeded','message':'m'}}}"
                        + " | CONTEXT_OVERFLOW",
                "x: y |"
                        + " {'type':'response.completed','response':{'status':'failed','error':{'code':'invalid_prompt','message':'m'}}}"
                        + " | CONTENT_FILTERED",
                "x: y | {'error':{'message':'no','type':'invalid_request_error','code':'model_not_found'}} |"
                        + " MODEL_NOT_FOUND",
                "event: error | gone | SERVER"
            })
    void errorsInsideTheStreamAreTypedByTheirPayload(String name, String payload, FailureKind kind) {
        DecodedAnswer decodedAnswer =
                hear(MESSAGE, text("Half"), name + "\ndata: " + payload.replace('\'', '"') + "\n\n");
        assertThat(decodedAnswer.kind()).isEqualTo(kind);
        assertThat(decodedAnswer.text).hasToString("Half");
        assertThat(decodedAnswer.finish).isNull();
    }

    @Test
    void failedResponseHasTheVendorsMessage() {
        Failure failure = Objects.requireNonNull(hear(event(
                        "response.failed",
                        "'response':{'status':'failed','instructions':'My secret prompt',"
                                + "'error':{'code':'server_error','message':'The model broke'}}"))
                .failure);
        assertThat(failure.message()).isEqualTo("The model broke");
        assertThat(failure.code()).isEqualTo("server_error");
        assertThat(failure.toString()).doesNotContain("secret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[1]", "7", "{\"type\":", "<html>"})
    void payloadThatIsNoEventIsProtocolFailure(String payload) {
        assertThat(hear("data: " + payload + "\n\n", COMPLETED).kind()).isEqualTo(FailureKind.PROTOCOL);
    }

    @Test
    void aPulseInWordsIsPassedOver() {
        assertThat(hear("event: ping\ndata: pong\n\n", MESSAGE, text("Hi"), COMPLETED)
                        .isComplete())
                .isTrue();
    }

    @Test
    void theSmallestPiecesSayTheSame() {
        String[] events = {
            CREATED, MESSAGE, text("Å"), text("🎈"), call(1, "f", "c", "t", ""), arguments(1, "{}"), COMPLETED
        };
        byte[] body = String.join("", events).getBytes(StandardCharsets.UTF_8);
        OpenAiResponses dialect = new OpenAiResponses();
        DecodedAnswer bytes = DecodedAnswer.of(
                dialect.framing(), dialect.decoder("p", ChatRequest.of("asked", "?")), body, 1, new Random(0));
        assertThat(bytes.chunks).isEqualTo(hear(events).chunks);
    }

    private static String text(String delta) {
        return event("response.output_text.delta", "'output_index':0,'content_index':0,'delta':'" + delta + "'");
    }

    private static String call(int place, String id, String callId, String name, String arguments) {
        return event(
                "response.output_item.added",
                "'output_index':" + place + ",'item':" + item(id, callId, name, arguments));
    }

    private static String callDone(int place, String id, String callId, String name, String arguments) {
        return event(
                "response.output_item.done",
                "'output_index':" + place + ",'item':" + item(id, callId, name, arguments));
    }

    private static String item(String id, String callId, String name, String arguments) {
        return "{'id':'" + id + "','type':'function_call','call_id':'" + callId + "','name':'" + name
                + "','arguments':'" + arguments.replace("'", "\\'") + "'}";
    }

    private static String arguments(int place, String delta) {
        return event(
                "response.function_call_arguments.delta",
                "'output_index':" + place + ",'delta':'" + delta.replace("'", "\\'") + "'");
    }

    /** An event in single quotes, which are easier to read here; an escaped one becomes an escaped double quote. */
    private static String event(String type, String fields) {
        return "event: " + type + "\ndata: {\"type\":\"" + type + "\"," + fields.replace('\'', '"') + "}\n\n";
    }

    private static DecodedAnswer hear(String... events) {
        OpenAiResponses dialect = new OpenAiResponses();
        return DecodedAnswer.of(
                dialect.framing(),
                dialect.decoder("p", ChatRequest.of("asked", "?")),
                String.join("", List.of(events)).getBytes(StandardCharsets.UTF_8));
    }
}
