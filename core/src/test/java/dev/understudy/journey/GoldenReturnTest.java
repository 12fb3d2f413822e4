package dev.understudy.journey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Message;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The request after an answer holds the blocks of the answer as they came, byte for byte. The whole body is compared with a
 * file, which {@code -Dunderstudy.write=true} writes anew.
 */
class GoldenReturnTest {

    private static final Path FILES = Path.of("src/test/resources/dev/understudy/journey");

    /**
     * A whole answer in the vendor's format.
     *
     * @param body the answer
     * @param returned pieces of it that the next request holds unchanged
     */
    private record Golden(String body, List<String> returned) {
        /** Puts the pieces in the place of {@code @} in the body. */
        static Golden of(String around, String... pieces) {
            List<String> returned = new ArrayList<>();
            for (String piece : pieces) {
                returned.add(piece.replace('\'', '"'));
            }
            return new Golden(around.replace('\'', '"').replace("@", String.join(",", returned)), returned);
        }
    }

    private static final String CALL =
            "{'id':'call_1abc','type':'function','function':{'name':'clock','arguments':'{ \\'zone\\' : \\'UTC\\' }'}}"
                    .replace("\\'", "\\\"");

    private static final String[] ANTHROPIC_BLOCKS = {
        "{'type':'thinking','thinking':'First é.','signature':'c2ln/+=='}",
        "{'type':'tool_use','id':'toolu_1','name':'clock','input':{'zone':'UTC','n':1.50}}",
        "{'type':'redacted_thinking','data':'ZGF0YQ=='}",
        "{'type':'text','text':'Then this.','citations':[{'type':'char_location','cited_text':'x','document_index':0}]}",
        "{'type':'server_tool_use','id':'srvtoolu_1','name':'web_search','input':{'query':'pears'}}",
        "{'type':'web_search_tool_result','tool_use_id':'srvtoolu_1','content':[{'type':'web_search_result','title':"
                + "'Pears','url':'https://example.org','encrypted_content':'ZW5j','page_age':null}]}",
        "{'type':'tool_use','id':'toolu_2','name':'clock','input':{}}"
    };

    private static Golden golden(JourneyVendor vendor) {
        return switch (vendor) {
            case ANTHROPIC, BEDROCK_ANTHROPIC ->
                Golden.of("{'id':'m','content':[@],'stop_reason':'tool_use','usage':{}}", ANTHROPIC_BLOCKS);
            case BEDROCK_CONVERSE ->
                Golden.of(
                        "{'output':{'message':{'role':'assistant','content':[@]}},'stopReason':'tool_use','usage':{}}",
                        "{'reasoningContent':{'reasoningText':{'text':'First é.','signature':'c2ln/+=='}}}",
                        "{'toolUse':{'toolUseId':'tooluse_1','name':'clock','input':{'zone':'UTC','n':1.50}}}",
                        "{'reasoningContent':{'redactedContent':'ZGF0YQ=='}}",
                        "{'text':'Then this.'}",
                        "{'toolUse':{'toolUseId':'tooluse_2','name':'clock','input':{}}}");
            case GEMINI ->
                Golden.of(
                        "{'candidates':[{'content':{'role':'model','parts':[@]},'finishReason':'STOP'}]}",
                        "{'text':'First é.','thought':true,'thoughtSignature':'c2ln/+=='}",
                        "{'executableCode':{'language':'PYTHON','code':'print(1)'}}",
                        "{'codeExecutionResult':{'outcome':'OUTCOME_OK','output':'1\\n'}}",
                        "{'text':'Then this.','thoughtSignature':'dGV4dA=='}",
                        "{'functionCall':{'id':'f1','name':'clock','args':{'zone':'UTC','n':1.50}},'thoughtSignature':"
                                + "'Y2FsbA=='}",
                        "{'functionCall':{'id':'f2','name':'clock','args':{}}}");
            case GEMINI_INTERACTIONS ->
                Golden.of(
                        "{'id':'i','object':'interaction','status':'requires_action','steps':[@]}",
                        "{'type':'thought','signature':'c2ln/+==','summary':[{'type':'text','text':'First é.'}]}",
                        "{'type':'google_search_call','id':'s1','arguments':{'queries':['pears']},'signature':'c2Vh'}",
                        "{'type':'google_search_result','call_id':'s1','result':[{'search_suggestions':'<b>'}],"
                                + "'signature':'Zm91'}",
                        "{'type':'model_output','content':[{'type':'text','text':'Then this.','annotations':[{'type':"
                                + "'url_citation','url':'https://example.org','start_index':0,'end_index':4}]}]}",
                        "{'type':'function_call','id':'c1','name':'clock','arguments':{'zone':'UTC','n':1.50}}",
                        "{'type':'function_call','id':'c2','name':'clock','arguments':{}}");
            case OPENAI_RESPONSES ->
                Golden.of(
                        "{'id':'r','status':'completed','output':[@]}",
                        "{'type':'reasoning','id':'rs_1','summary':[{'type':'summary_text','text':'First é.'}],"
                                + "'encrypted_content':'c2ln/+=='}",
                        "{'type':'function_call','id':'fc_1','status':'completed','call_id':'call_1','name':'clock',"
                                + "'arguments':'{ \\\"zone\\\" : 1 }'}",
                        "{'type':'web_search_call','id':'ws_1','status':'completed','action':{'type':'search','query':"
                                + "'pears'}}",
                        "{'type':'function_call','id':'fc_2','status':'completed','call_id':'call_2','name':'clock',"
                                + "'arguments':'{}'}");
            case OPENAI, MISTRAL ->
                Golden.of(
                        "{'choices':[{'finish_reason':'tool_calls','message':{'role':'assistant','content':'Then.',"
                                + "'tool_calls':[@]}}]}",
                        vendor == JourneyVendor.MISTRAL ? CALL.replace("call_1abc", "D681PevKs") : CALL);
            case DEEPSEEK ->
                Golden.of(
                        "{'choices':[{'finish_reason':'tool_calls','message':{'role':'assistant','content':'Then.',"
                                + "'reasoning_content':'First é.','tool_calls':[@]}}]}",
                        CALL);
            case COHERE ->
                Golden.of(
                        "{'finish_reason':'TOOL_CALL','message':{'role':'assistant','tool_plan':'I look.','tool_calls':[@]}}",
                        CALL);
            case OLLAMA ->
                Golden.of(
                        "{'message':{'role':'assistant','content':'Then.','thinking':'First é.','tool_calls':[@]},"
                                + "'done':true,'done_reason':'stop'}",
                        "{'function':{'name':'clock','arguments':{'zone':'UTC','n':1.50}}}");
        };
    }

    @ParameterizedTest
    @EnumSource
    void nextRequestHoldsTheBlocksAsTheyCame(JourneyVendor vendor) throws IOException {
        Golden golden = golden(vendor);
        try (ScriptedServer server = ScriptedServer.start();
                ChatProvider provider = vendor.at(server)) {
            server.always(ScriptedReply.raw(200, "application/json", golden.body()));
            ChatRequest request = ChatRequest.of("gemini-3-pro", List.of(Message.user("q")));
            ChatResponse answer = Objects.requireNonNull(provider.chat(request).block());
            List<Message> messages = new ArrayList<>(request.messages());
            messages.add(answer.message());
            answer.toolCalls().forEach(call -> messages.add(Message.toolResult(call, "r")));
            provider.chat(request.withMessages(messages)).block();
            String sent = server.calls().get(1).text();
            assertThat(golden.returned()).allSatisfy(piece -> assertThat(sent).contains(piece));
            Path file = FILES.resolve(vendor.name().toLowerCase(Locale.ROOT) + ".json");
            if (Boolean.getBoolean("understudy.write")) {
                Files.createDirectories(FILES);
                Files.writeString(file, sent);
            }
            assertThat(sent).isEqualTo(Files.readString(file, StandardCharsets.UTF_8));
        }
    }
}
