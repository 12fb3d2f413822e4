package dev.understudy.provider.gemini;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.Message;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.ToolSet;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorData;
import dev.understudy.provider.Corpus;
import dev.understudy.provider.dialect.StreamDecoder;
import dev.understudy.provider.framing.Framing;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GeminiInteractionsTest {

    private static final GeminiInteractions DIALECT = new GeminiInteractions();
    private static final ChatRequest ASKED = ChatRequest.of("gemini-3.8-flash", "Well?");

    private static final String USAGE =
            "'usage':{'total_input_tokens':7,'total_output_tokens':5,'total_thought_tokens':2,"
                    + "'total_cached_tokens':3,'total_tokens':14}";
    private static final String[] EVENTS = {
        "{'interaction':{'id':'v1_a','status':'in_progress','object':'interaction','model':'gemini-3.8-flash'},"
                + "'event_type':'interaction.created','event_id':'e0'}",
        "{'interaction_id':'v1_a','status':'in_progress','event_type':'interaction.status_update','event_id':'e1'}",
        "{'index':0,'step':{'type':'thought'},'event_type':'step.start','event_id':'e2'}",
        "{'index':0,'delta':{'content':{'text':'Hm, ','type':'text'},'type':'thought_summary'},'event_type':'step.delta'}",
        "{'index':0,'delta':{'content':{'text':'so.','type':'text'},'type':'thought_summary'},'event_type':'step.delta'}",
        "{'index':0,'delta':{'signature':'c2ln','type':'thought_signature'},'event_type':'step.delta'}",
        "{'index':0,'event_type':'step.stop'}",
        "{'index':1,'step':{'type':'model_output'},'event_type':'step.start'}",
        "{'index':1,'delta':{'text':'Let me ','type':'text'},'event_type':'step.delta'}",
        "{'index':1,'delta':{'text':'\u00e4sk.','type':'text'},'event_type':'step.delta','metadata':{'total_usage':{'total_input_tokens':7}}}",
        "{'index':1,'event_type':'step.stop'}",
        "{'index':2,'step':{'type':'function_call','id':'c1','name':'clock','arguments':{}},'event_type':'step.start'}",
        "{'index':2,'delta':{'arguments':'{\\'zone\\'','type':'arguments_delta'},'event_type':'step.delta'}",
        "{'index':2,'delta':{'arguments':':\\'UTC\\'}','type':'arguments_delta'},'event_type':'step.delta'}",
        "{'index':2,'event_type':'step.stop'}",
        "{'interaction':{'id':'v1_a','status':'requires_action'," + USAGE + "},'event_type':'interaction.completed'}"
    };
    private static final String WHOLE =
            "{'id':'v1_a','object':'interaction','model':'gemini-3.8-flash','status':'requires_action','steps':["
                    + "{'type':'thought','signature':'c2ln','summary':[{'type':'text','text':'Hm, so.'}]},"
                    + "{'type':'model_output','content':[{'type':'text','text':'Let me \u00e4sk.'}]},"
                    + "{'type':'function_call','id':'c1','name':'clock','arguments':{'zone':'UTC'}}]," + USAGE + "}";

    private static String json(String text) {
        return text.replace('\'', '"');
    }

    private static String sse(String... events) {
        StringBuilder all = new StringBuilder();
        Arrays.stream(events)
                .forEach(event -> all.append("data: ").append(json(event)).append("\n\n"));
        return all.append("event: done\ndata: [DONE]\n\n").toString();
    }

    private static List<StreamChunk> chunks(String body, int pieces) {
        StreamDecoder decoder = DIALECT.decoder("g", ASKED);
        Framing framing = DIALECT.framing();
        List<StreamChunk> chunks = new ArrayList<>();
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        for (int at = 0; at < bytes.length; at += pieces) {
            framing.push(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + pieces)));
            while (framing.next()) {
                decoder.read(framing, chunks::add);
            }
        }
        framing.end();
        while (framing.next()) {
            decoder.read(framing, chunks::add);
        }
        decoder.end(chunks::add);
        return chunks;
    }

    private static ChatResponse answer(List<StreamChunk> chunks) {
        ChatResponseAggregator aggregator = new ChatResponseAggregator();
        chunks.forEach(aggregator::add);
        return aggregator.response();
    }

    private static void check(ChatResponse answer) {
        assertThat(answer.blocks())
                .containsExactly(
                        new ReasoningBlock(
                                "Hm, so.", new ReasoningBlock.Signature("c2ln", false, "gemini-interactions")),
                        new ContentBlock.Text("Let me \u00e4sk."),
                        new ToolCall("c1", "clock", "{\"zone\":\"UTC\"}"));
        assertThat(answer.usage()).isEqualTo(Usage.of(7, 7).withCachedInput(3).withReasoning(2));
        assertThat(answer.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
        assertThat(answer.finish().vendorMetadata().id()).isEqualTo("v1_a");
        assertThat(answer.finish().vendorMetadata().model()).isEqualTo("gemini-3.8-flash");
    }

    @Nested
    class Answers {

        @ParameterizedTest
        @ValueSource(ints = {1, 2, 3, 7, 64, 100_000})
        void streamInPiecesIsOneAnswer(int pieces) {
            check(answer(chunks(sse(EVENTS), pieces)));
        }

        @Test
        void wholeAnswerEqualsTheStream() {
            check(DIALECT.decode("g", ASKED, json(WHOLE).getBytes(StandardCharsets.UTF_8)));
        }

        @ParameterizedTest
        @ValueSource(ints = {1, 3, 5, 100_000})
        void textAndArgumentsOfAnyLanguageAreDecodedInPieces(int pieces) {
            String arabic = "\u0645\u0631\u062d\u0628\u0627";
            String japanese = "\u6771\u4eac\u306e\u5929\u6c17 \uD83C\uDF63";
            ChatResponse answer = answer(chunks(
                    sse(
                            "{'event_type':'step.start','index':0,'step':{'type':'thought'}}",
                            "{'event_type':'step.delta','index':0,'delta':{'type':'thought_summary','content':{'type':'text','text':'"
                                    + japanese + "'}}}",
                            "{'event_type':'step.start','index':1,'step':{'type':'model_output'}}",
                            "{'event_type':'step.delta','index':1,'delta':{'type':'text','text':'" + arabic + " '}}",
                            "{'event_type':'step.delta','index':1,'delta':{'type':'text','text':'\\u6771" + japanese
                                    + "'}}",
                            "{'event_type':'step.start','index':2,'step':{'type':'function_call','id':'c1','name':'ort','arguments':{'k':'"
                                    + arabic + "'}}}",
                            "{'event_type':'step.start','index':3,'step':{'type':'function_call','id':'c2','name':'ort','arguments':{}}}",
                            "{'event_type':'step.delta','index':3,'delta':{'type':'arguments_delta','arguments':'{\\'k\\':\\'"
                                    + japanese + "\\'}'}}",
                            "{'event_type':'step.stop','index':3}",
                            "{'event_type':'step.stop','index':2}",
                            "{'event_type':'interaction.completed','interaction':{'status':'requires_action'}}"),
                    pieces));
            assertThat(answer.reasoning()).isEqualTo(japanese);
            assertThat(answer.text()).isEqualTo(arabic + " \u6771" + japanese);
            assertThat(answer.toolCalls())
                    .containsExactly(
                            new ToolCall("c1", "ort", "{\"k\":\"" + arabic + "\"}"),
                            new ToolCall("c2", "ort", "{\"k\":\"" + japanese + "\"}"));
        }

        @Test
        void streamThatEndsBeforeItIsCompletedIsCut() {
            for (int events = 0; events < EVENTS.length; events++) {
                String cut = sse(Arrays.copyOf(EVENTS, events));
                assertThatThrownBy(() -> chunks(cut, 50))
                        .as("after %d events", events)
                        .isInstanceOfSatisfying(
                                CallFailed.class,
                                failed -> assertThat(failed.failure().kind()).isEqualTo(FailureKind.TRUNCATED));
            }
        }

        @Test
        void doneAloneDoesNotCompleteAnAnswer() {
            assertThatThrownBy(() -> chunks("data: [DONE]\n\n", 50)).isInstanceOf(CallFailed.class);
        }

        @ParameterizedTest
        @CsvSource({"completed, STOP", "incomplete, LENGTH", "budget_exceeded, OTHER"})
        void statusIsTheFinishReason(String status, FinishReason reason) {
            ChatResponse answer = answer(chunks(
                    sse(
                            "{'event_type':'step.delta','index':0,'delta':{'type':'text','text':'So.'}}",
                            "{'event_type':'interaction.completed','interaction':{'id':'i','status':'" + status
                                    + "'}}"),
                    50));
            assertThat(answer.text()).isEqualTo("So.");
            assertThat(answer.finishReason()).isEqualTo(reason);
        }

        private static final String SEARCH =
                "{'type':'google_search_call','id':'s1','arguments':{'queries':['x']},'signature':'c2ln'}";
        private static final String FOUND =
                "{'type':'google_search_result','call_id':'s1','result':[{'search_suggestions':'<b>'}],'signature':'Zm9v'}";
        private static final String SOURCE =
                "{'type':'url_citation','url':'https://a.test','title':'A','start_index':0,'end_index':4}";

        private static final String SEARCHED = "{'id':'i','object':'interaction','status':'completed','steps':["
                + SEARCH + "," + FOUND
                + ",{'type':'model_output','content':[{'type':'text','text':'D\u00fc. So.','annotations':[" + SOURCE
                + "]}]}]}";

        private static ChatResponse searched() {
            return answer(chunks(
                    sse(
                            "{'event_type':'step.start','index':0,'step':{'type':'google_search_call','id':'s1','arguments':{}}}",
                            "{'event_type':'step.delta','index':0,'delta':{'type':'google_search_call','arguments':{'queries':['x']},'signature':'c2ln'}}",
                            "{'event_type':'step.stop','index':0}",
                            "{'event_type':'step.start','index':1,'step':{'type':'google_search_result','call_id':'s1','result':[]}}",
                            "{'event_type':'step.delta','index':1,'delta':{'type':'google_search_result','result':[{'search_suggestions':'<b>'}],'signature':'Zm9v'}}",
                            "{'event_type':'step.stop','index':1}",
                            "{'event_type':'step.start','index':2,'step':{'type':'model_output'}}",
                            "{'event_type':'step.delta','index':2,'delta':{'type':'text','text':'D\u00fc.'},'unknown':{'a':[1]}}",
                            "{'event_type':'step.delta','index':2,'delta':{'type':'text_annotation_delta','annotations':["
                                    + SOURCE + "]}}",
                            "{'event_type':'step.delta','index':2,'delta':{'text':' So.','type':'text'}}",
                            "{'event_type':'interaction.completed','interaction':{'status':'completed'}}"),
                    50));
        }

        @Test
        void stepsOfTheVendorsOwnToolsAreOpaqueInBothForms() {
            ChatResponse streamed = searched();
            ChatResponse whole = DIALECT.decode("g", ASKED, json(SEARCHED).getBytes(StandardCharsets.UTF_8));
            assertThat(streamed.blocks()).isEqualTo(whole.blocks());
            assertThat(whole.blocks())
                    .hasSize(3)
                    .first()
                    .isEqualTo(new ContentBlock.Opaque(
                            "google_search_call", new VendorData("gemini-interactions", json(SEARCH))));
            assertThat(whole.finishReason()).isEqualTo(FinishReason.STOP);
        }

        @Test
        void stepsOfTheVendorsOwnToolsAndSourcesGoBackAsTheyCame() {
            ChatRequest next = ASKED.plus(searched().message()).plus(Message.user("More."));
            assertThat(new String(DIALECT.encode(next, true), StandardCharsets.UTF_8))
                    .contains(json(SEARCH + "," + FOUND
                            + ",{'type':'model_output','content':[{'type':'text','text':'D\u00fc. So.','annotations':["
                            + SOURCE + "]}]}"));
        }

        @Test
        void sourcesAreCitedWithTheirPassageInBytes() {
            assertThat(searched().citations())
                    .containsExactly(new VendorData.Citation("https://a.test", "A", null, 0, 3));
        }

        @Test
        void severalTextsKeepTheirOwnSources() {
            ChatResponse answer = answer(chunks(
                    sse(
                            "{'event_type':'step.delta','index':0,'delta':{'type':'text','text':'One.'}}",
                            "{'event_type':'step.delta','index':0,'delta':{'type':'text_annotation_delta','annotations':["
                                    + SOURCE + "]}}",
                            "{'event_type':'step.start','index':1,'step':{'type':'url_context_call','id':'u','arguments':{}}}",
                            "{'event_type':'step.delta','index':2,'delta':{'type':'text','text':'Two.'}}",
                            "{'event_type':'step.delta','index':2,'delta':{'type':'text_annotation_delta','annotations':["
                                    + SOURCE.replace("a.test", "b.test") + "]}}",
                            "{'event_type':'interaction.completed','interaction':{'status':'completed'}}"),
                    50));
            assertThat(answer.blocks()).hasSize(3);
            assertThat(answer.citations())
                    .containsExactly(
                            new VendorData.Citation("https://a.test", "A", null, 0, 4),
                            new VendorData.Citation("https://b.test", "A", null, 4, 8));
        }

        @Test
        void formBeforeTheRevisionOfMayIsRead() {
            ChatResponse streamed = answer(chunks(
                    sse(
                            "{'event_type':'interaction.start','interaction':{'id':'i','status':'in_progress'}}",
                            "{'event_type':'content.start','index':0,'content':{'type':'text'}}",
                            "{'event_type':'content.delta','index':0,'delta':{'type':'text','text':'Hi'}}",
                            "{'event_type':'content.delta','index':0,'delta':{'type':'text','text':' you.'}}",
                            "{'event_type':'content.stop','index':0}",
                            "{'event_type':'content.start','index':1,'content':{'type':'function_call'}}",
                            "{'event_type':'content.delta','index':1,'delta':{'type':'function_call','id':'c1','name':'clock','arguments':{'zone':'UTC'}}}",
                            "{'event_type':'content.stop','index':1}",
                            "{'event_type':'interaction.complete','interaction':{'id':'i','status':'requires_action'}}"),
                    50));
            ChatResponse whole = DIALECT.decode(
                    "g",
                    ASKED,
                    json("{'id':'i','object':'interaction','status':'requires_action','outputs':[{'type':'text','text':'Hi you.'},"
                                    + "{'type':'function_call','id':'c1','name':'clock','arguments':{'zone':'UTC'}}]}")
                            .getBytes(StandardCharsets.UTF_8));
            assertThat(streamed.blocks())
                    .containsExactly(
                            new ContentBlock.Text("Hi you."), new ToolCall("c1", "clock", "{\"zone\":\"UTC\"}"));
            assertThat(whole.blocks()).isEqualTo(streamed.blocks());
        }

        @Test
        void pictureIsABlock() {
            ChatResponse answer = answer(chunks(
                    sse(
                            "{'event_type':'step.delta','index':0,'delta':{'type':'text','text':'Look'}}",
                            "{'event_type':'step.delta','index':0,'delta':{'type':'image','mime_type':'image/png','data':'QUJD'}}",
                            "{'event_type':'step.delta','index':0,'delta':{'type':'text','text':'there.'}}",
                            "{'event_type':'interaction.completed','interaction':{'status':'completed'}}"),
                    50));
            assertThat(answer.blocks())
                    .containsExactly(
                            new ContentBlock.Text("Look"),
                            new ContentBlock.Image(new Message.Image.Data("image/png", "QUJD"), null),
                            new ContentBlock.Text("there."));
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "{'event_type':'error','error':{'code':'resource_exhausted','message':'Quota exceeded, rate limit'}} | RATE_LIMITED",
                    "{'event_type':'error','error':{'code':'503','message':'The model is overloaded.'}} | OVERLOADED",
                    "{'event_type':'interaction.completed','interaction':{'status':'failed','error':{'code':'500','message':'internal'}}} | SERVER",
                    "{'event_type':'interaction.completed','interaction':{'status':'failed','errors':[{'code':'x','message':'Rate limit reached.'}]}} | RATE_LIMITED",
                    "{'event_type':'step.start','index':0,'step':{'type':'model_output','error':{'code':14,'message':'The model is overloaded.'}}} | OVERLOADED",
                    "{'event_type':'interaction.completed','interaction':{'status':'cancelled'}} | TRUNCATED",
                    "{'event_type':'step.start','index':0,'step':{'type':'function_call','id':'c','name':''}} | TOOL_REJECTED",
                    "{'event_type':'step.delta' | PROTOCOL"
                })
        void errorInTheStreamIsTyped(String event, FailureKind kind) {
            assertThatThrownBy(() -> chunks(sse(event), 50))
                    .isInstanceOfSatisfying(
                            CallFailed.class,
                            failed -> assertThat(failed.failure().kind()).isEqualTo(kind));
        }

        @Test
        void argumentsOfNoCallAreRefused() {
            assertThatThrownBy(() -> chunks(
                            sse(
                                    "{'event_type':'step.delta','index':4,'delta':{'type':'arguments_delta','arguments':'{}'}}",
                                    "{'event_type':'interaction.completed','interaction':{'status':'completed'}}"),
                            50))
                    .isInstanceOf(CallFailed.class);
        }

        @Test
        void interactionInProgressIsNoAnswer() {
            assertThatThrownBy(() -> DIALECT.decode(
                            "g",
                            ASKED,
                            json("{'id':'i','object':'interaction','status':'in_progress'}")
                                    .getBytes(StandardCharsets.UTF_8)))
                    .isInstanceOf(CallFailed.class);
        }
    }

    @Nested
    class Requests {

        private static void encodes(GeminiInteractions dialect, ChatRequest request, boolean stream, String expected) {
            assertThat(Corpus.MAPPER.readTree(dialect.encode(request, stream)))
                    .isEqualTo(Corpus.MAPPER.readTree(json(expected)));
        }

        @ParameterizedTest
        @CsvSource({"LOW, false", "HIGH, false", "MAX, true"})
        void effortThatTheVendorDoesNotHaveIsReported(ChatRequest.Reasoning.Effort effort, boolean reported) {
            assertThat(changes(ChatRequest.Reasoning.of(effort)))
                    .isEqualTo(reported ? List.of("reasoning") : List.of());
        }

        @Test
        void budgetAndReasoningThatIsOffAreReported() {
            assertThat(changes(ChatRequest.Reasoning.budget(1_000))).containsExactly("reasoning");
            assertThat(changes(ChatRequest.Reasoning.off())).containsExactly("reasoning");
        }

        private static List<String> changes(ChatRequest.Reasoning reasoning) {
            List<String> changes = new ArrayList<>();
            DIALECT.fitted(ASKED.withReasoning(reasoning), changes::add);
            return changes;
        }

        @ParameterizedTest
        @CsvSource({"STANDARD, standard", "FLEX, flex", "PRIORITY, priority"})
        void serviceTierAndMetadataHaveTheVendorsNames(ChatRequest.ServiceTier tier, String sent) {
            encodes(
                    DIALECT,
                    ASKED.withOptions(ASKED.options().withServiceTier(tier).withMetadata("team", "red")),
                    false,
                    "{'model':'gemini-3.8-flash','input':[{'type':'user_input','content':[{'type':'text','text':'Well?'}]}],"
                            + "'service_tier':'" + sent + "','labels':{'team':'red'},'store':false}");
        }

        @Test
        void conversationIsSentAsSteps() {
            ChatRequest request = ChatRequest.of(
                            "m",
                            List.of(
                                    new Message.System("Be brief."),
                                    Message.user("Time?"),
                                    new Message.Assistant(List.of(
                                            new ReasoningBlock(
                                                    "Hm",
                                                    new ReasoningBlock.Signature("s", false, "gemini-interactions")),
                                            new ReasoningBlock(
                                                    "theirs", new ReasoningBlock.Signature("s", false, "anthropic")),
                                            new ContentBlock.Text("Wait."),
                                            new ToolCall("c1", "clock", "{\"zone\":\"UTC\"}"))),
                                    new Message.ToolResult("c1", "clock", "noon", false)))
                    .withTools(List.of(new Tool("clock", "Tells the time", Map.of("type", "object"))))
                    .withMaxTokens(9);
            encodes(
                    DIALECT,
                    request,
                    true,
                    "{'model':'m','system_instruction':'Be brief.','input':["
                            + "{'type':'user_input','content':[{'type':'text','text':'Time?'}]},"
                            + "{'type':'thought','signature':'s','summary':[{'type':'text','text':'Hm'}]},"
                            + "{'type':'model_output','content':[{'type':'text','text':'Wait.'}]},"
                            + "{'type':'function_call','id':'c1','name':'clock','arguments':{'zone':'UTC'}},"
                            + "{'type':'function_result','call_id':'c1','name':'clock','result':'noon'}],"
                            + "'tools':[{'type':'function','name':'clock','description':'Tells the time','parameters':{'type':'object'}}],"
                            + "'generation_config':{'max_output_tokens':9},'stream':true,'store':false}");
        }

        @Test
        void onlyStreamsAreKeptInTheBackground() {
            encodes(
                    DIALECT.inBackground(),
                    ChatRequest.of("m", "q"),
                    true,
                    "{'model':'m','input':[{'type':'user_input','content':[{'type':'text','text':'q'}]}],"
                            + "'stream':true,'background':true,'store':true}");
            encodes(
                    DIALECT.inBackground(),
                    ChatRequest.of("m", "q"),
                    false,
                    "{'model':'m','input':[{'type':'user_input','content':[{'type':'text','text':'q'}]}],'store':false}");
        }

        @Test
        void formatAndChoiceOfToolsAreEncoded() {
            ChatRequest request = ChatRequest.of("m", "q")
                    .withFormat(ResponseFormat.json())
                    .withTools(List.of(new Tool("a", "", Map.of())))
                    .withToolChoice(ToolSet.Choice.named("a"));
            encodes(
                    DIALECT,
                    request,
                    false,
                    "{'model':'m','input':[{'type':'user_input','content':[{'type':'text','text':'q'}]}],"
                            + "'tools':[{'type':'function','name':'a'}],"
                            + "'generation_config':{'tool_choice':{'allowed_tools':{'mode':'any','tools':['a']}}},"
                            + "'response_format':{'type':'text','mime_type':'application/json'},'store':false}");
        }

        @Test
        void systemMessageAloneIsTheInput() {
            encodes(
                    DIALECT,
                    ChatRequest.of("m", List.of(new Message.System("Speak."))),
                    false,
                    "{'model':'m','input':'Speak.','store':false}");
        }

        @Test
        void extraFieldsTakePrecedence() {
            encodes(
                    DIALECT,
                    ChatRequest.of("m", "q")
                            .withMaxTokens(3)
                            .withExtra("gemini-interactions", "store", true)
                            .withExtra("gemini-interactions", "generation_config", Map.of("thinking_level", "low")),
                    false,
                    "{'model':'m','input':[{'type':'user_input','content':[{'type':'text','text':'q'}]}],"
                            + "'generation_config':{'max_output_tokens':3,'thinking_level':'low'},'store':true}");
        }
    }
}
