package dev.understudy.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Message;
import dev.understudy.chat.ToolCall;
import dev.understudy.provider.anthropic.Anthropic;
import dev.understudy.provider.bedrock.BedrockConverse;
import dev.understudy.provider.dialect.Dialect;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.gemini.Gemini;
import dev.understudy.provider.openai.OpenAiChat;
import dev.understudy.provider.openai.responses.OpenAiResponses;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The blocks of an answer go back to their origin as they came and in their order, and to no other dialect. */
class BlockReturnTest {

    private static final Dialect ANTHROPIC = new Anthropic();
    private static final Dialect BEDROCK = new BedrockConverse();
    private static final Dialect GEMINI = new Gemini();
    private static final Dialect RESPONSES = new OpenAiResponses();
    private static final Dialect CHAT = new OpenAiChat(OpenAiCompatibility.defaults());
    private static final Dialect DEEPSEEK = new OpenAiChat(OpenAiCompatibleVendor.DEEPSEEK.compatibility());

    private static final List<Dialect> ALL = List.of(ANTHROPIC, BEDROCK, GEMINI, RESPONSES, CHAT, DEEPSEEK);

    private static final String INTERLEAVED = "[{'type':'thinking','thinking':'A','signature':'OPAQUE-1'},"
            + "{'type':'tool_use','id':'t1','name':'clock','input':{'zone':'UTC'},'caller':{'type':'direct'}},"
            + "{'type':'redacted_thinking','data':'OPAQUE-2'},"
            + "{'type':'text','text':'Well.','citations':[{'type':'char_location','cited_text':'OPAQUE-3'}]},"
            + "{'type':'tool_use','id':'t2','name':'clock','input':{}}]";

    private static final String PAUSED = "[{'type':'text','text':'Searching.'},"
            + "{'type':'server_tool_use','id':'s1','name':'web_search','input':{'query':'pears'}},"
            + "{'type':'web_search_tool_result','tool_use_id':'s1','content':[{'type':'web_search_result',"
            + "'title':'Pears','encrypted_content':'OPAQUE-1','page_age':null}]},"
            + "{'type':'compaction','content':'OPAQUE-2'},"
            + "{'type':'fallback','from':{'model':'a'},'to':{'model':'b'},'trigger':'OPAQUE-3'},"
            + "{'type':'server_tool_use','id':'s2','name':'web_search','input':{'query':'plums'}}]";

    private static final String CONVERSE =
            "[{'reasoningContent':{'reasoningText':{'text':'A','signature':'OPAQUE-1'}}},"
                    + "{'toolUse':{'toolUseId':'t1','name':'clock','input':{'zone':'UTC'}}},"
                    + "{'reasoningContent':{'redactedContent':'OPAQUE-2'}},"
                    + "{'toolUse':{'toolUseId':'s1','name':'nova_grounding','type':'server_tool_use','input':{'q':'x'}}},"
                    + "{'toolResult':{'toolUseId':'s1','content':[{'text':'OPAQUE-3'}]}},"
                    + "{'citationsContent':{'content':[{'text':'So.'}],'citations':[{'title':'OPAQUE-4'}]}},"
                    + "{'toolUse':{'toolUseId':'t2','name':'clock','input':{}}}]";

    private static final String PARTS = "[{'text':'A','thought':true,'thoughtSignature':'OPAQUE1'},"
            + "{'executableCode':{'language':'PYTHON','code':'OPAQUE-2'}},"
            + "{'codeExecutionResult':{'outcome':'OUTCOME_OK','output':'OPAQUE-3'}},"
            + "{'text':'Well.'},{'text':'So.','thoughtSignature':'OPAQUE4'},"
            + "{'functionCall':{'id':'f1','name':'clock','args':{'zone':'UTC'}},'thoughtSignature':'OPAQUE5'},"
            + "{'inlineData':{'mimeType':'image/png','data':'AAAA'},'thoughtSignature':'OPAQUE6'},"
            + "{'functionCall':{'id':'f2','name':'clock','args':{}}}]";

    private static final String ITEMS =
            "[{'id':'rs1','type':'reasoning','summary':[{'type':'summary_text','text':'A'}],"
                    + "'encrypted_content':'OPAQUE-1'},"
                    + "{'id':'fc1','type':'function_call','status':'completed','call_id':'c1','name':'clock','arguments':'{}'},"
                    + "{'id':'rs2','type':'reasoning','summary':[],'encrypted_content':'OPAQUE-2'},"
                    + "{'id':'ws1','type':'web_search_call','status':'completed','action':{'query':'OPAQUE-3'}},"
                    + "{'id':'ms1','type':'message','role':'assistant','status':'completed','content':[{'type':'output_text',"
                    + "'text':'Well.','annotations':[{'type':'url_citation','url':'OPAQUE-4'}]}]},"
                    + "{'id':'ct1','type':'custom_tool_call','status':'completed','call_id':'c2','name':'run','input':'print()'}]";

    @Test
    void interleavedThinkingKeepsItsPlace() {
        ChatResponse answer = decode(ANTHROPIC, "{'id':'m','content':" + INTERLEAVED + ",'stop_reason':'tool_use'}");
        assertSame(back(ANTHROPIC, answer).at("/messages/1/content"), INTERLEAVED);
        assertThat(decodeStream(ANTHROPIC, anthropicEvents(INTERLEAVED)).blocks())
                .isEqualTo(answer.blocks());
        assertHiddenFromOthers(ANTHROPIC, answer);
    }

    @Test
    void pausedTurnIsAValidNextRequest() {
        ChatResponse answer = decode(ANTHROPIC, "{'id':'m','content':" + PAUSED + ",'stop_reason':'pause_turn'}");
        ChatRequest next = ChatRequest.of("m", List.of(Message.user("q"), answer.message()));
        assertSame(json(ANTHROPIC, next).at("/messages/1/content"), PAUSED);
        assertThat(decodeStream(ANTHROPIC, anthropicEvents(PAUSED)).blocks()).isEqualTo(answer.blocks());
        assertHiddenFromOthers(ANTHROPIC, answer);
    }

    @Test
    void openServerToolIsOmittedOnceTheUserSpoke() {
        ChatResponse answer = decode(ANTHROPIC, "{'id':'m','content':" + PAUSED + ",'stop_reason':'pause_turn'}");
        String sent = text(
                ANTHROPIC, ChatRequest.of("m", List.of(Message.user("q"), answer.message(), Message.user("Stop."))));
        assertThat(sent).contains("\"s1\"").doesNotContain("\"s2\"");
    }

    @Test
    void converseBlocksKeepTheirPlace() {
        ChatResponse answer =
                decode(BEDROCK, "{'output':{'message':{'content':" + CONVERSE + "}},'stopReason':'tool_use'}");
        assertSame(back(BEDROCK, answer).at("/messages/1/content"), CONVERSE);
        assertHiddenFromOthers(BEDROCK, answer);
    }

    @Test
    void geminiPartsKeepTheirPlaceAndSignature() {
        String body = "{'candidates':[{'content':{'parts':" + PARTS + "},'finishReason':'STOP'}]}";
        ChatResponse answer = decode(GEMINI, body);
        assertSame(back(GEMINI, answer).at("/contents/1/parts"), PARTS);
        assertThat(decodeStream(GEMINI, "data: " + quoted(body) + "\r\n\r\n").blocks())
                .isEqualTo(answer.blocks());
        assertHiddenFromOthers(GEMINI, answer);
    }

    @Test
    void responsesItemsGoBackAsTheyCame() {
        String body = "{'id':'r','status':'completed','output':" + ITEMS + "}";
        ChatResponse answer = decode(RESPONSES, body);
        JsonNode input = back(RESPONSES, answer).path("input");
        assertThat(input.get(7)).hasToString(quoted("{'type':'function_call_output','call_id':'c1','output':'r'}"));
        assertThat(input.get(8)).hasToString(quoted("{'type':'custom_tool_call_output','call_id':'c2','output':'r'}"));
        List<JsonNode> items = new ArrayList<>();
        input.forEach(items::add);
        assertThat(items.subList(1, 7)).containsExactlyElementsOf(list(Corpus.MAPPER.readTree(quoted(ITEMS))));
        String event = "event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":";
        assertThat(decodeStream(RESPONSES, event + quoted(body) + "}\n\n").blocks())
                .isEqualTo(answer.blocks());
        assertHiddenFromOthers(RESPONSES, answer);
    }

    @Test
    void itemsLoseTheirIdsWhereReasoningCannotGoBack() {
        ChatResponse answer = decode(
                RESPONSES,
                "{'id':'r','status':'completed','output':[{'id':'rs1','type':'reasoning','summary':[{'text':'A'}]},"
                        + "{'id':'ws1','type':'web_search_call'},"
                        + "{'id':'fc1','type':'function_call','call_id':'c1','name':'clock','arguments':'{}'},"
                        + "{'id':'rs2','type':'reasoning','summary':[],'encrypted_content':'x'}]}");
        assertThat(text(RESPONSES, next(answer)))
                .doesNotContain("rs1")
                .doesNotContain("ws1")
                .doesNotContain("fc1")
                .doesNotContain("rs2")
                .contains("\"call_id\":\"c1\"");
    }

    @Test
    void reasoningOfATurnWithCallsGoesBackInItsField() {
        String call = "'tool_calls':[{'id':'c1','type':'function','function':{'name':'clock','arguments':'{}'}}]";
        String message = "{'role':'assistant','content':'','reasoning_content':'OPAQUE-1'," + call + "}";
        ChatResponse answer =
                decode(DEEPSEEK, "{'choices':[{'finish_reason':'tool_calls','message':" + message + "}]}");
        assertThat(back(DEEPSEEK, answer).at("/messages/1/reasoning_content").stringValue())
                .isEqualTo("OPAQUE-1");
        String stream = chunk("{'reasoning_content':'OPAQ'}")
                + chunk("{'reasoning_content':'UE-1'}")
                + chunk("{" + call + "}")
                + finish();
        assertThat(decodeStream(DEEPSEEK, stream).blocks()).isEqualTo(answer.blocks());
        assertHiddenFromOthers(DEEPSEEK, answer, CHAT);
    }

    @Test
    void foreignCallsGetEmptyReasoningWhereRequired() {
        ToolCall call = new ToolCall("c1", "clock", "{}");
        ChatRequest request = ChatRequest.of(
                "m", List.of(Message.user("q"), Message.assistant("", call), Message.toolResult(call, "r")));
        assertThat(json(DEEPSEEK, request).at("/messages/1/reasoning_content").stringValue())
                .isEqualTo(" ");
        assertThat(text(CHAT, request)).doesNotContain("reasoning_content");
    }

    @Test
    void reasoningDetailsGoBackUnchanged() {
        String details = "[{'type':'reasoning.text','text':'Thinking of it.','format':'g','index':0},"
                + "{'id':'c1','type':'reasoning.encrypted','data':'OPAQUE-1','format':'g','index':1}]";
        String call =
                "'tool_calls':[{'index':0,'id':'c1','type':'function','function':{'name':'clock','arguments':'{}'}}]";
        ChatResponse answer = decode(
                CHAT,
                "{'choices':[{'finish_reason':'tool_calls','message':{'content':'','reasoning':'Thinking of it.','reasoning_details':"
                        + details + "," + call + "}}]}");
        assertSame(back(CHAT, answer).at("/messages/1/reasoning_details"), details);
        String stream = chunk("{'reasoning':'Thinking','reasoning_details':[{'type':'reasoning.text','text':'Thinking',"
                        + "'format':'g','index':0}]}")
                + chunk("{'reasoning':' of it.','reasoning_details':[{'type':'reasoning.text','text':' of it.',"
                        + "'format':'g','index':0}]}")
                + chunk("{" + call + ",'reasoning_details':[{'id':'c1','type':'reasoning.encrypted',"
                        + "'data':'OPAQUE-1','format':'g','index':1}]}")
                + finish();
        assertThat(decodeStream(CHAT, stream).blocks()).isEqualTo(answer.blocks());
        assertHiddenFromOthers(CHAT, answer, DEEPSEEK);
    }

    @Test
    void signatureOnACallGoesBackWithTheCall() {
        String call = "{'extra_content':{'google':{'thought_signature':'OPAQUE-1'}},'function':{'arguments':'{}',"
                + "'name':'clock'},'id':'f1','type':'function'}";
        ChatResponse answer = decode(
                CHAT,
                "{'choices':[{'finish_reason':'tool_calls','message':{'role':'assistant','tool_calls':[" + call
                        + "]}}]}");
        assertThat(back(CHAT, answer)
                        .at("/messages/1/tool_calls/0/extra_content/google/thought_signature")
                        .stringValue())
                .isEqualTo("OPAQUE-1");
        assertThat(decodeStream(CHAT, chunk("{'tool_calls':[" + call + "]}") + finish())
                        .blocks())
                .isEqualTo(answer.blocks());
        assertHiddenFromOthers(CHAT, answer, DEEPSEEK);
    }

    @Test
    void foreignCallHasAPlaceholderWhereSignaturesAreRequired() {
        Dialect gemini = new OpenAiChat(OpenAiCompatibleVendor.GEMINI.compatibility());
        ToolCall one = new ToolCall("c1", "clock", "{}");
        ToolCall two = new ToolCall("c2", "clock", "{}");
        JsonNode calls = json(
                        gemini,
                        ChatRequest.of("gemini-3-flash", List.of(Message.user("q"), Message.assistant("", one, two))))
                .at("/messages/1/tool_calls");
        assertThat(calls.get(0).at("/extra_content/google/thought_signature").stringValue())
                .isEqualTo("skip_thought_signature_validator");
        assertThat(calls.get(1).has("extra_content")).isFalse();
    }

    @Test
    void assistantTurnWithoutTextAndCallsIsLeftOut() {
        ChatRequest request = ChatRequest.of(
                "m",
                List.of(Message.user("Hi"), new Message.Assistant("", List.of(), List.of()), Message.user("And?")));
        assertThat(json(CHAT, request).path("messages")).hasSize(2);
    }

    /** Every dialect but the own one omits all that is opaque; those that share the dialect differ by host only. */
    private static void assertHiddenFromOthers(Dialect own, ChatResponse answer, Dialect... alike) {
        for (Dialect other : ALL) {
            if (other != own && !List.of(alike).contains(other)) {
                assertThat(text(other, next(answer)))
                        .as("%s gets an answer of %s", other.name(), own.name())
                        .doesNotContain("OPAQUE");
            }
        }
    }

    private static JsonNode back(Dialect dialect, ChatResponse answer) {
        return json(dialect, next(answer));
    }

    private static ChatRequest next(ChatResponse answer) {
        List<Message> messages = new ArrayList<>(List.of(Message.user("q"), answer.message()));
        answer.toolCalls().forEach(call -> messages.add(Message.toolResult(call, "r")));
        return ChatRequest.of("gemini-3-pro", messages);
    }

    private static void assertSame(JsonNode sent, String received) {
        assertThat(list(sent)).containsExactlyElementsOf(list(Corpus.MAPPER.readTree(quoted(received))));
    }

    private static List<JsonNode> list(JsonNode array) {
        List<JsonNode> nodes = new ArrayList<>();
        array.forEach(nodes::add);
        return nodes;
    }

    private static JsonNode json(Dialect dialect, ChatRequest request) {
        return Corpus.MAPPER.readTree(dialect.encode(request, false));
    }

    private static String text(Dialect dialect, ChatRequest request) {
        return new String(dialect.encode(request, false), StandardCharsets.UTF_8);
    }

    private static ChatResponse decode(Dialect dialect, String body) {
        return dialect.decode("p", ChatRequest.of("m", "q"), quoted(body).getBytes(StandardCharsets.UTF_8));
    }

    private static ChatResponse decodeStream(Dialect dialect, String body) {
        DecodedAnswer answer = DecodedAnswer.of(
                dialect.framing(),
                dialect.decoder("p", ChatRequest.of("m", "q")),
                body.getBytes(StandardCharsets.UTF_8));
        assertThat(answer.failure).isNull();
        return answer.response();
    }

    private static String chunk(String delta) {
        return "data: " + quoted("{'choices':[{'delta':" + delta + "}]}") + "\n\n";
    }

    private static String finish() {
        return "data: " + quoted("{'choices':[{'delta':{},'finish_reason':'tool_calls'}]}") + "\n\ndata: [DONE]\n\n";
    }

    /** Streams the blocks: each begins without its content, which deltas bring. */
    private static String anthropicEvents(String blocks) {
        StringBuilder events = new StringBuilder();
        int index = 0;
        for (JsonNode block : Corpus.MAPPER.readTree(quoted(blocks))) {
            String at = "\"index\":" + index++ + ",";
            ObjectNode begun = (ObjectNode) block.deepCopy();
            StringBuilder deltas = new StringBuilder();
            switch (block.path("type").stringValue()) {
                case "text" -> {
                    begun.put("text", "");
                    delta(deltas, at, "text_delta", "text", text(block, "text"));
                    for (JsonNode citation : block.path("citations")) {
                        deltas.append(event(
                                "content_block_delta",
                                at + "\"delta\":{\"type\":\"citations_delta\",\"citation\":" + citation + "}"));
                    }
                    begun.remove("citations");
                }
                case "thinking" -> {
                    begun.put("thinking", "").put("signature", "");
                    delta(deltas, at, "thinking_delta", "thinking", text(block, "thinking"));
                    delta(deltas, at, "signature_delta", "signature", text(block, "signature"));
                }
                case "tool_use", "server_tool_use" -> {
                    begun.putObject("input");
                    delta(
                            deltas,
                            at,
                            "input_json_delta",
                            "partial_json",
                            block.path("input").toString());
                }
                case "compaction" -> {
                    begun.putNull("content");
                    delta(deltas, at, "compaction_delta", "content", text(block, "content"));
                }
                default -> {}
            }
            events.append(event("content_block_start", at + "\"content_block\":" + begun))
                    .append(deltas)
                    .append(event("content_block_stop", at + "\"x\":0"));
        }
        return event("message_start", "\"message\":{\"id\":\"m\"}")
                + events
                + event("message_delta", "\"delta\":{\"stop_reason\":\"tool_use\"}")
                + event("message_stop", "\"x\":0");
    }

    private static void delta(StringBuilder into, String at, String type, String field, String value) {
        String quoted = Corpus.MAPPER.writeValueAsString(value);
        into.append(event(
                "content_block_delta", at + "\"delta\":{\"type\":\"" + type + "\",\"" + field + "\":" + quoted + "}"));
    }

    private static String event(String type, String fields) {
        return "event: " + type + "\ndata: {\"type\":\"" + type + "\"," + fields + "}\n\n";
    }

    private static String text(JsonNode block, String field) {
        return block.path(field).stringValue();
    }

    private static String quoted(String json) {
        return json.replace('\'', '"');
    }
}
