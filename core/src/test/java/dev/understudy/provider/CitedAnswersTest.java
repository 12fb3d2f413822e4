package dev.understudy.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.VendorData.Citation;
import dev.understudy.provider.AnswerForms.Wire;
import java.nio.charset.StandardCharsets;
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
        assertThat(answer.citations()).containsExactly(new Citation("https://a.test/sky", "Sky", null, 0, 5));
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
                        new Citation("https://b.test", null, null, null, null),
                        new Citation("https://a.test", "A", "blue", null, null));
    }

    @Test
    void citationsInTheFirstEventOrBehindTheChoicesCount() {
        String sources = ",'citations':['https://a.test']";
        for (List<String> events : List.of(
                List.of(delta("'content':'Blue.'", sources), stop("")),
                List.of(delta("'content':'Blue.'", ""), stop(""), "{'id':'c','choices':[]" + sources + "}"))) {
            assertThat(AnswerForms.of(Wire.CHAT, ASK, chat("'content':'Blue.'", sources), events)
                            .citations())
                    .containsExactly(new Citation("https://a.test", null, null, null, null));
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

    private static final String CALL =
            "'tool_calls':[{'id':'1','type':'function','function':{'name':'f','arguments':'{}'}}]";

    @Test
    void parsedFilesGoBackToTheServerThatParsedThem() {
        String file = "{'type':'file','file':{'hash':'h1','name':'a.pdf','content':[{'type':'text','text':'parsed'}]}}";
        String annotated = "'annotations':[" + ANNOTATION + "," + file + "]";
        for (String message : List.of("'content':'Blue.'," + annotated, "'content':null," + annotated + "," + CALL)) {
            assertThat(AnswerForms.next(Wire.CHAT, ASK, chat(message, "")))
                    .contains("\"annotations\":[" + file.replace('\'', '"') + "]")
                    .doesNotContain("a.test");
        }
    }

    @Test
    void parsedFilesWithoutTextAreEqualInBothForms() {
        String file = "'annotations':[{'type':'file','file':{'hash':'h1','name':'a.pdf'}}]";
        ChatResponse answer = AnswerForms.of(
                Wire.CHAT,
                ASK,
                chat("'content':null," + file + "," + CALL, ""),
                List.of(delta(CALL.replace("{'id'", "{'index':0,'id'") + "," + file, ""), stop("")));
        assertThat(answer.blocks()).hasSize(2);
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
                        new Citation("https://a.test/sky", "a.test", null, 0, 5),
                        new Citation(null, "notes.txt", "so blue", 0, 5));
        assertThat(answer.blocks().get(0).vendorData().json()).contains("groundingSupports");
    }

    @Test
    void passagesOfGeminiAreCountedInBytes() {
        String text = "Z\u00fcrich, \uD83D\uDE00 and Gen\u00e8ve. Blue.";
        int at = "Z\u00fcrich, \uD83D\uDE00 and ".getBytes(StandardCharsets.UTF_8).length;
        int end = at + "Gen\u00e8ve".getBytes(StandardCharsets.UTF_8).length;
        String grounding =
                "'groundingMetadata':{'groundingSupports':[{'segment':{'startIndex':" + at + ",'endIndex':" + end
                        + ",'text':'Gen\u00e8ve'},'groundingChunkIndices':[1,0]},{'segment':{'endIndex':7,'text':'Z\u00fcrich'},"
                        + "'groundingChunkIndices':[1,9,-1,'x']},{'segment':{'startIndex':3,'endIndex':5,'text':'other'},"
                        + "'groundingChunkIndices':[2]}],'groundingChunks':[{'web':{'uri':'https://a.test','title':'A'}},"
                        + "{'web':{'uri':'https://b.test','title':'B'}},{'web':{'uri':'https://c.test','title':'C'}},"
                        + "{'web':{'uri':'https://d.test','title':'D'}}]}";
        ChatResponse answer = AnswerForms.of(
                Wire.GEMINI,
                ASK,
                gemini("{'text':'" + text + "'}", ",'finishReason':'STOP'," + grounding),
                List.of(gemini("{'text':'" + text + "'}", ",'finishReason':'STOP'," + grounding)));
        assertThat(answer.citations())
                .containsExactly(
                        new Citation("https://b.test", "B", null, 15, 21),
                        new Citation("https://a.test", "A", null, 15, 21),
                        new Citation("https://b.test", "B", null, 0, 6),
                        new Citation("https://c.test", "C", null, null, null),
                        new Citation("https://d.test", "D", null, null, null));
        assertThat(answer.text().substring(15, 21)).isEqualTo("Gen\u00e8ve");
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
                .containsExactly(
                        new Citation("https://a.test", null, null, 0, 9),
                        new Citation("https://b.test", "B", null, null, null));
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
                .containsExactly(
                        new Citation("https://a.test", "Sky", "so blue", 0, 4),
                        new Citation(null, "look:0", null, 6, 9));
    }
}
