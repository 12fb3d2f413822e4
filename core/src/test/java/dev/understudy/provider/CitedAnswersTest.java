package dev.understudy.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.VendorData.Citation;
import dev.understudy.provider.AnswerForms.Wire;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Sources that stand beside the text, in whole answers and in streams. */
class CitedAnswersTest {

    private static final ChatRequest ASK = ChatRequest.of("m", "Why is the sky blue?");

    private static final String ANNOTATION =
            "{'type':'url_citation','url_citation':{'url':'https://a.test/sky','title':'Sky','start_index':0,'end_index':5}}";

    private static String chat(String message, String more) {
        return "{'id':'c','choices':[{'index':0,'finish_reason':'stop','message':{'role':'assistant'," + message + "}}]"
                + more + "}";
    }

    private static String delta(String delta, String more) {
        return "{'id':'c','choices':[{'index':0,'delta':{" + delta + "},'finish_reason':null}]" + more + "}";
    }

    private static String stop(String more) {
        return "{'id':'c','choices':[{'index':0,'delta':{},'finish_reason':'stop'}]" + more + "}";
    }

    @Test
    void annotationsOfChatCompletionsAreCitations() {
        ChatResponse answer = AnswerForms.of(
                Wire.CHAT,
                ASK,
                chat("'content':'Blue.','annotations':[" + ANNOTATION + "]", ""),
                List.of(
                        delta("'content':'Blue.'", ""),
                        delta("'annotations':[" + ANNOTATION + "]", ""),
                        delta("'annotations':[" + ANNOTATION + "]", ""),
                        stop("")));
        assertThat(answer.text()).isEqualTo("Blue.");
        assertThat(answer.citations()).containsExactly(new Citation("https://a.test/sky", "Sky", null));
    }

    @Test
    void citationsOfPerplexityHaveTheirTitles() {
        String sources = ",'citations':['https://a.test','https://b.test'],"
                + "'search_results':[{'title':'A','url':'https://a.test','snippet':'blue','date':null}]";
        ChatResponse answer = AnswerForms.of(
                Wire.CHAT,
                ASK,
                chat("'content':'Blue [1].'", sources),
                List.of(delta("'content':'Blue'", ""), delta("'content':' [1].'", ""), stop(sources)));
        assertThat(answer.citations())
                .containsExactly(
                        new Citation("https://b.test", null, null), new Citation("https://a.test", "A", "blue"));
    }

    @Test
    void citationsInTheFirstEventOrBehindTheChoicesCount() {
        String sources = ",'citations':['https://a.test']";
        for (List<String> events : List.of(
                List.of(delta("'content':'Blue.'", sources), stop("")),
                List.of(delta("'content':'Blue.'", ""), stop(""), "{'id':'c','choices':[]" + sources + "}"))) {
            assertThat(AnswerForms.of(Wire.CHAT, ASK, chat("'content':'Blue.'", sources), events)
                            .citations())
                    .containsExactly(new Citation("https://a.test", null, null));
        }
    }

    @Test
    void sourcesAreNotSentBackToChatCompletions() {
        String sources = ",'citations':['https://a.test'],'search_results':[{'url':'https://a.test','title':'A'}]";
        assertThat(AnswerForms.next(
                        Wire.CHAT, ASK, chat("'content':'Blue.','annotations':[" + ANNOTATION + "]", sources)))
                .contains("Blue.", "More.")
                .doesNotContain("a.test");
    }

    @Test
    void parsedFilesAmongAnnotationsAreNoCitations() {
        String file = "{'type':'file','file':{'hash':'h','name':'a.pdf','content':[{'type':'text','text':'x'}]}}";
        ChatResponse answer = AnswerForms.of(
                Wire.CHAT,
                ASK,
                chat("'content':'Blue.','annotations':[" + file + "]", ""),
                List.of(delta("'content':'Blue.','annotations':[" + file + "]", ""), stop("")));
        assertThat(answer.citations()).isEmpty();
    }

    @Test
    void annotationsWithoutTextLeaveNoBlock() {
        ChatResponse answer = AnswerForms.of(
                Wire.CHAT,
                ASK,
                chat(
                        "'content':null,'annotations':[" + ANNOTATION + "],'tool_calls':[{'id':'1','type':'function',"
                                + "'function':{'name':'f','arguments':'{}'}}]",
                        ""),
                List.of(
                        delta(
                                "'annotations':[" + ANNOTATION
                                        + "],'tool_calls':[{'index':0,'id':'1','type':'function',"
                                        + "'function':{'name':'f','arguments':'{}'}}]",
                                ""),
                        stop("")));
        assertThat(answer.blocks()).hasSize(1);
    }

    private static final String GROUNDING =
            "'groundingMetadata':{'webSearchQueries':['sky'],'groundingChunks':[{'web':{'uri':'https://a.test/sky',"
                    + "'title':'a.test'}},{'retrievedContext':{'title':'notes.txt','text':'so blue'}}],"
                    + "'groundingSupports':[{'segment':{'endIndex':5,'text':'Blue.'},'groundingChunkIndices':[0,1]}]}";

    private static String gemini(String parts, String more) {
        return "{'candidates':[{'index':0,'content':{'role':'model','parts':[" + parts + "]}" + more + "}]}";
    }

    @Test
    void groundingOfGeminiIsCited() {
        ChatResponse answer = AnswerForms.of(
                Wire.GEMINI,
                ASK,
                gemini("{'text':'Blue.'}", ",'finishReason':'STOP'," + GROUNDING),
                List.of(
                        gemini("{'text':'Bl'}", ""),
                        gemini("{'text':'ue.'}", "," + GROUNDING),
                        gemini("", ",'finishReason':'STOP','groundingMetadata':{}")));
        assertThat(answer.citations())
                .containsExactly(
                        new Citation("https://a.test/sky", "a.test", null), new Citation(null, "notes.txt", "so blue"));
        assertThat(answer.blocks().get(0).vendorData().json()).contains("groundingSupports");
    }

    @Test
    void recitationOfGeminiIsCited() {
        String one = ",'citationMetadata':{'citationSources':[{'startIndex':0,'endIndex':9,'uri':'https://a.test'}]}";
        String two = ",'citationMetadata':{'citations':[{'uri':'https://b.test','title':'B','license':''}]}";
        ChatResponse answer = AnswerForms.of(
                Wire.GEMINI,
                ASK,
                gemini(
                        "{'text':'Blue. Sky.'}",
                        ",'finishReason':'STOP','citationMetadata':{'citations':[{'startIndex':0,'endIndex':9,"
                                + "'uri':'https://a.test'},{'uri':'https://b.test','title':'B','license':''}]}"),
                List.of(
                        gemini("{'text':'Blue.'}", one),
                        gemini("{'text':' Sky.'}", two),
                        gemini("", ",'finishReason':'STOP'")));
        assertThat(answer.citations())
                .containsExactly(new Citation("https://a.test", null, null), new Citation("https://b.test", "B", null));
    }

    @Test
    void signatureGoesBackToGeminiWithoutTheSources() {
        String sent = AnswerForms.next(
                Wire.GEMINI,
                ASK,
                gemini("{'text':'Blue.','thoughtSignature':'U0lH'}", ",'finishReason':'STOP'," + GROUNDING));
        assertThat(sent)
                .contains("{\"text\":\"Blue.\",\"thoughtSignature\":\"U0lH\"}")
                .doesNotContain("a.test");
    }

    @Test
    void citationsOfCohereNameTheirDocuments() {
        String first =
                "{'start':0,'end':4,'text':'Blue','type':'TEXT_CONTENT','sources':[{'type':'document','id':'doc:0',"
                        + "'document':{'id':'doc:0','title':'Sky','url':'https://a.test','snippet':'so blue'}}]}";
        String second =
                "{'start':6,'end':9,'text':'Sky','sources':[{'type':'tool','id':'look:0','tool_output':{'n':'1'}}]}";
        String end = "{'type':'message-end','delta':{'finish_reason':'COMPLETE'}}";
        ChatResponse answer = AnswerForms.of(
                Wire.COHERE,
                ASK,
                "{'id':'1','finish_reason':'COMPLETE','message':{'role':'assistant','content':[{'type':'text','text':'Blue. Sky.'}],"
                        + "'citations':[" + first + "," + second + "]}}",
                List.of(
                        "{'type':'message-start','id':'1','delta':{'message':{'role':'assistant','citations':[]}}}",
                        "{'type':'content-delta','index':0,'delta':{'message':{'content':{'text':'Blue. Sky.'}}}}",
                        "{'type':'citation-start','index':0,'delta':{'message':{'citations':" + first + "}}}",
                        "{'type':'citation-end','index':0}",
                        "{'type':'citation-start','index':1,'delta':{'message':{'citations':" + second + "}}}",
                        end));
        assertThat(answer.text()).isEqualTo("Blue. Sky.");
        assertThat(answer.citations())
                .containsExactly(new Citation("https://a.test", "Sky", "so blue"), new Citation(null, "look:0", null));
    }
}
