package dev.understudy.provider.cohere;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.Message;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.StreamChunk.Finish;
import dev.understudy.chat.StreamChunk.Reasoning;
import dev.understudy.chat.StreamChunk.Text;
import dev.understudy.chat.StreamChunk.ToolCallDone;
import dev.understudy.chat.StreamChunk.ToolCallPart;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.ToolSet;
import dev.understudy.chat.Usage;
import dev.understudy.provider.Corpus;
import dev.understudy.provider.DecodedAnswer;
import dev.understudy.provider.anthropic.Anthropic;
import dev.understudy.provider.endpoint.Secret;
import dev.understudy.provider.gemini.Gemini;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class CohereTest {

    private static final Cohere DIALECT = new Cohere();
    private static final ChatRequest REQUEST = ChatRequest.of("asked-for", "?");
    private static final Tool WEATHER = new Tool("weather", "Tells the weather", Map.of("type", "object"));
    private static final String START = event(
            "message-start",
            "'id':'a1','delta':{'message':{'role':'assistant',"
                    + "'content':[],'tool_plan':'','tool_calls':[],'citations':[]}}");

    @Test
    void rolesAreTheCallers() {
        assertThat(json(ChatRequest.of(
                        "m",
                        List.of(Message.system("s"), Message.user("q"), Message.assistant("a"), Message.user("r")))))
                .hasToString("{\"model\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":\"s\"},"
                        + "{\"role\":\"user\",\"content\":\"q\"},{\"role\":\"assistant\",\"content\":\"a\"},"
                        + "{\"role\":\"user\",\"content\":\"r\"}],\"stream\":true}");
    }

    @Test
    void picturesAreSentByReferenceOfEitherKind() {
        assertThat(json(ChatRequest.of(
                                "m",
                                List.of(Message.user(
                                        "look",
                                        Message.Image.of("image/png", new byte[] {1, 2, 3}),
                                        Message.Image.url("https://h/p.jpg")))))
                        .path("messages")
                        .get(0)
                        .path("content"))
                .hasToString("[{\"type\":\"text\",\"text\":\"look\"},"
                        + "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,AQID\"}},"
                        + "{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://h/p.jpg\"}}]");
    }

    @Test
    void aPlanGoesBackWithItsCallsAndOnlyHere() {
        ToolCall call = new ToolCall("c1", "weather", "");
        Message.Assistant said = new Message.Assistant(
                "",
                List.of(call),
                List.of(
                        new ReasoningBlock("theirs", new ReasoningBlock.Signature("x", true, "anthropic")),
                        new ReasoningBlock("", new ReasoningBlock.Signature("I will look it up.", true, "cohere"))));
        ChatRequest request = ChatRequest.of("m", List.of(Message.user("q"), said, Message.toolResult(call, "rain")));
        assertThat(json(request).path("messages").get(1))
                .hasToString(
                        "{\"role\":\"assistant\",\"tool_plan\":\"I will look it up.\",\"tool_calls\":[{\"id\":\"c1\","
                                + "\"type\":\"function\",\"function\":{\"name\":\"weather\",\"arguments\":\"{}\"}}]}");
        assertThat(json(request).path("messages").get(2))
                .hasToString("{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":\"rain\"}");
        assertThat(new String(new Anthropic().encode(request, true), StandardCharsets.UTF_8))
                .doesNotContain("look it up");
        assertThat(new String(new Gemini().encode(request, true), StandardCharsets.UTF_8))
                .doesNotContain("look it up");
    }

    @Test
    void toolsAndChoicesAreTheVendors() {
        ChatRequest request = ChatRequest.of("m", List.of(Message.user("q")), List.of(WEATHER, Tool.of("now", "")));
        assertThat(json(request).path("tools").get(0))
                .hasToString("{\"type\":\"function\",\"function\":{\"name\":\"weather\","
                        + "\"description\":\"Tells the weather\",\"parameters\":{\"type\":\"object\"}}}");
        assertThat(json(request).has("tool_choice")).isFalse();
        assertThat(json(request.withToolChoice(ToolSet.Choice.none()))
                        .path("tool_choice")
                        .stringValue())
                .isEqualTo("NONE");
        assertThat(json(request.withToolChoice(ToolSet.Choice.required()))
                        .path("tool_choice")
                        .stringValue())
                .isEqualTo("REQUIRED");
        JsonNode named = json(request.withToolChoice(ToolSet.Choice.named("now")));
        assertThat(named.path("tool_choice").stringValue()).isEqualTo("REQUIRED");
        assertThat(named.path("tools")).hasSize(1);
        assertThat(named.path("tools").get(0).path("function").path("name").stringValue())
                .isEqualTo("now");
    }

    @Test
    void samplingAndFormAreTheVendors() {
        JsonNode body = json(REQUEST.withTemperature(0.5)
                .withTopP(1)
                .withMaxTokens(9)
                .withStop("END")
                .withSeed(4)
                .withFormat(ResponseFormat.jsonSchema("s", Map.of("type", "object")))
                .withExtra("cohere", "thinking", Map.of("type", "disabled")));
        assertThat(body.path("temperature").doubleValue()).isEqualTo(0.5);
        assertThat(body.path("p").doubleValue()).isEqualTo(0.99);
        assertThat(body.path("max_tokens").intValue()).isEqualTo(9);
        assertThat(body.path("stop_sequences")).hasToString("[\"END\"]");
        assertThat(body.path("seed").intValue()).isEqualTo(4);
        assertThat(body.path("response_format"))
                .hasToString("{\"type\":\"json_object\",\"json_schema\":{\"type\":\"object\"}}");
        assertThat(body.path("thinking").path("type").stringValue()).isEqualTo("disabled");
        assertThat(json(REQUEST.withFormat(ResponseFormat.json())).path("response_format"))
                .hasToString("{\"type\":\"json_object\"}");
    }

    @Test
    void equalRequestsAreEqualBytes() {
        ChatRequest request = ChatRequest.of(
                "m",
                List.of(Message.user("q")),
                List.of(new Tool("t", "d", new HashMap<>(Map.of("type", "object", "a", 1, "b", 2)))));
        assertThat(DIALECT.encode(request, true)).isEqualTo(DIALECT.encode(request, true));
    }

    @Test
    void textAndReasoningAreEmittedAsTheyArrive() {
        DecodedAnswer decodedAnswer = hear(
                START,
                event("content-start", "'index':0,'delta':{'message':{'content':{'type':'thinking','thinking':''}}}"),
                event("content-delta", "'index':0,'delta':{'message':{'content':{'thinking':'Hm'}}}"),
                event("content-end", "'index':0"),
                text("Hel"),
                event("citation-start", "'index':0,'delta':{'message':{'citations':{'start':0,'end':3,'text':'Hel'}}}"),
                event("citation-end", "'index':0"),
                text("lo 👋"),
                over("COMPLETE"),
                "data: [DONE]\n\n");
        assertThat(decodedAnswer.chunks.subList(0, 3))
                .containsExactly(new Reasoning("Hm", null), new Text("Hel"), new Text("lo 👋"));
        Finish finish = decodedAnswer.finished();
        assertThat(finish.reason()).isEqualTo(FinishReason.STOP);
        assertThat(finish.vendorMetadata().id()).isEqualTo("a1");
        assertThat(finish.vendorMetadata().finishReason()).isEqualTo("COMPLETE");
        assertThat(finish.usage()).isEqualTo(Usage.of(30, 9).withCachedInput(20).withReasoning(4));
    }

    @Test
    void billedTokensCountOnlyWithoutOtherUsage() {
        DecodedAnswer decodedAnswer = hear(
                START,
                text("x"),
                event(
                        "message-end",
                        "'delta':{'finish_reason':'COMPLETE','usage':{'billed_units':{'input_tokens':3,'output_tokens':4}}}"));
        assertThat(decodedAnswer.finished().usage()).isEqualTo(Usage.of(3, 4));
    }

    @Test
    void aPlanIsHeldBackUntilTheFirstCall() {
        DecodedAnswer decodedAnswer = hear(
                START,
                plan("I will "),
                plan("look."),
                call(0, "c1", "weather", ""),
                argument(0, "{\\\"city\\\":"),
                argument(0, "\\\"Oslo\\\"}"),
                event("tool-call-end", "'index':0"),
                call(1, "c2", "now", ""),
                event("tool-call-end", "'index':1"),
                over("TOOL_CALL"));
        ToolCall first = new ToolCall("c1", "weather", "{\"city\":\"Oslo\"}");
        assertThat(decodedAnswer.chunks.subList(0, 7))
                .containsExactly(
                        new Reasoning("", new ReasoningBlock.Signature("I will look.", true, "cohere")),
                        new ToolCallPart(0, "c1", "weather", ""),
                        new ToolCallPart(0, "c1", "weather", "{\"city\":"),
                        new ToolCallPart(0, "c1", "weather", "\"Oslo\"}"),
                        new ToolCallDone(0, first),
                        new ToolCallPart(1, "c2", "now", ""),
                        new ToolCallDone(1, new ToolCall("c2", "now", "")));
        assertThat(decodedAnswer.finished().reason()).isEqualTo(FinishReason.TOOL_CALLS);
    }

    @Test
    void aCallThatIsNotClosedIsWholeAtTheEnd() {
        DecodedAnswer decodedAnswer = hear(START, call(0, "c1", "now", "{}"), over("TOOL_CALL"));
        assertThat(decodedAnswer.toolCalls).containsExactly(new ToolCall("c1", "now", "{}"));
    }

    @Test
    void aFailureWhileThePlanIsMadeShowsNothing() {
        DecodedAnswer decodedAnswer = hear(
                START,
                plan("I will"),
                event(
                        "message-end",
                        "'delta':{'finish_reason':'ERROR','error':'an invalid tool"
                                + " generation','error_type':'INVALID_TOOL_GENERATION'}"));
        assertThat(decodedAnswer.kind()).isEqualTo(FailureKind.TOOL_REJECTED);
        assertThat(decodedAnswer.chunks).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "COMPLETE, STOP",
        "STOP_SEQUENCE, STOP",
        "MAX_TOKENS, LENGTH",
        "TOOL_CALL, TOOL_CALLS",
        "ERROR_TOXIC, CONTENT_FILTER",
        "USER_CANCEL, OTHER",
        "complete, STOP"
    })
    void finishReasonsAreOurs(String word, FinishReason reason) {
        assertThat(hear(START, text("x"), over(word)).finished().reason()).isEqualTo(reason);
    }

    @ParameterizedTest
    @CsvSource({"ERROR", "TIMEOUT", "error"})
    void anAnswerThatEndsInErrorIsNone(String word) {
        DecodedAnswer decodedAnswer = hear(START, text("x"), over(word));
        assertThat(decodedAnswer.kind()).isEqualTo(FailureKind.SERVER);
        assertThat(decodedAnswer.text).hasToString("x");
        assertThat(failure("{'id':'a','message':{'content':[]},'finish_reason':'" + word + "'}"))
                .isEqualTo(FailureKind.SERVER);
    }

    @Test
    void malformedEventsAreRejectedUnlessTheAnswerIsFinishedOrCut() {
        assertThat(hear(START, "data: {\"type\":}\n\n", over("COMPLETE")).kind())
                .isEqualTo(FailureKind.PROTOCOL);
        assertThat(hear(START, text("x"), over("COMPLETE"), "data: {\"type\":}\n\n")
                        .isComplete())
                .isTrue();
        assertThat(hear(START, "data: {\"type\":\"con").kind()).isEqualTo(FailureKind.TRUNCATED);
        assertThat(hear(START, text("x"), "data: [DONE]\n\n").kind()).isEqualTo(FailureKind.TRUNCATED);
        assertThat(hear(START, "data: {\"a\":" + "[".repeat(200) + "]".repeat(200) + "}\n\n")
                        .kind())
                .isEqualTo(FailureKind.PROTOCOL);
    }

    @Test
    void aWholeAnswerIsRead() {
        ChatResponse response =
                decode("{'id':'a1','message':{'role':'assistant','content':[{'type':'thinking','thinking':'Hm'},"
                        + "{'type':'text','text':'Yes'},{'type':'text','text':'!'}],'citations':[{'text':'Yes'}]},"
                        + "'finish_reason':'MAX_TOKENS','usage':{'tokens':{'input_tokens':5,'output_tokens':6}}}");
        assertThat(response.text()).isEqualTo("Yes!");
        assertThat(response.reasoning()).isEqualTo("Hm");
        assertThat(response.finishReason()).isEqualTo(FinishReason.LENGTH);
        assertThat(response.usage()).isEqualTo(Usage.of(5, 6));
        assertThat(response.vendorMetadata().id()).isEqualTo("a1");
    }

    @Test
    void aWholeAnswerWithCallsKeepsItsPlan() {
        ChatResponse response = decode(
                "{'id':'a1','message':{'role':'assistant','tool_plan':'Look.','tool_calls':["
                        + "{'id':'c1','type':'function','function':{'name':'now','arguments':'{}'}}]},'finish_reason':'TOOL_CALL'}");
        assertThat(response.toolCalls()).containsExactly(new ToolCall("c1", "now", "{}"));
        assertThat(response.reasoning()).isEmpty();
        assertThat(response.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
        ChatRequest next = ChatRequest.of("m", List.of(Message.user("q"), response.message()));
        assertThat(json(next).path("messages").get(1).path("tool_plan").stringValue())
                .isEqualTo("Look.");
    }

    @Test
    void bodyWithoutAnswerIsTypedByItsError() {
        assertThat(failure("{'id':'e','message':'invalid api token'}")).isEqualTo(FailureKind.AUTH);
        assertThat(failure("{}")).isEqualTo(FailureKind.PROTOCOL);
        assertThat(failure("<html>Sign in</html>")).isEqualTo(FailureKind.PROTOCOL);
        assertThat(failure("{'message':{'content':[")).isEqualTo(FailureKind.PROTOCOL);
    }

    @Test
    void theKeyIsABearers() {
        Map<String, String> headers = new HashMap<>();
        DIALECT.authorize(Secret.of("k"), headers::put);
        assertThat(headers).isEqualTo(Map.of("Authorization", "Bearer k"));
        assertThat(DIALECT.path(REQUEST, true)).isEqualTo("/v2/chat");
        assertThat(DIALECT.probePath()).isEqualTo("/v1/models");
        assertThat(DIALECT.name()).isEqualTo("cohere");
    }

    private static FailureKind failure(String body) {
        try {
            decode(body);
        } catch (CallFailed failed) {
            return failed.failure().kind();
        }
        throw new AssertionError("No failure: " + body);
    }

    private static ChatResponse decode(String body) {
        return DIALECT.decode("p", REQUEST, body.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    private static String event(String type, String fields) {
        return ("event: " + type + "\ndata: {'type':'" + type + "'," + fields + "}\n\n").replace('\'', '"');
    }

    private static String text(String text) {
        return event("content-delta", "'index':1,'delta':{'message':{'content':{'text':'" + text + "'}}}");
    }

    private static String plan(String plan) {
        return event("tool-plan-delta", "'delta':{'message':{'tool_plan':'" + plan + "'}}");
    }

    private static String call(int index, String id, String name, String arguments) {
        return event(
                "tool-call-start",
                "'index':" + index + ",'delta':{'message':{'tool_calls':{'id':'" + id
                        + "','type':'function','function':{'name':'" + name + "','arguments':'" + arguments + "'}}}}");
    }

    private static String argument(int index, String arguments) {
        return event(
                "tool-call-delta",
                "'index':" + index + ",'delta':{'message':{'tool_calls':{'function':{'arguments':'" + arguments
                        + "'}}}}");
    }

    private static String over(String reason) {
        return event(
                "message-end",
                "'delta':{'finish_reason':'" + reason
                        + "','usage':{'billed_units':{'input_tokens':1,'output_tokens':2},"
                        + "'tokens':{'input_tokens':30,'output_tokens':9,'reasoning_tokens':4},'cached_tokens':20}}");
    }

    private static DecodedAnswer hear(String... events) {
        return DecodedAnswer.of(
                DIALECT.framing(),
                DIALECT.decoder("p", REQUEST),
                String.join("", events).getBytes(StandardCharsets.UTF_8));
    }

    private static JsonNode json(ChatRequest request) {
        return Corpus.MAPPER.readTree(DIALECT.encode(request, true));
    }
}
