package dev.understudy.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.VendorData;
import dev.understudy.chat.VendorData.Citation;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sources that an answer cites are readable, whichever vendor tells them. */
class CitationTest {

    private final ScriptedServer server = ScriptedServer.start();

    @AfterEach
    void stop() {
        server.close();
    }

    private ChatResponse answer(String body, String dialect) {
        server.always(ScriptedReply.raw(200, "application/json", body.replace('\'', '"')));
        Endpoint endpoint = Endpoint.of("p", server.url("/v1"), "key");
        ChatProvider provider =
                switch (dialect) {
                    case "anthropic" -> Providers.anthropic(endpoint);
                    case "responses" -> Providers.openAiResponses(endpoint);
                    default -> Providers.bedrock(endpoint);
                };
        return provider.chat(ChatRequest.of("m", "q")).block(Duration.ofSeconds(20));
    }

    @Test
    void anthropicCitesPagesAndDocuments() {
        ChatResponse response = answer(
                "{'type':'message','role':'assistant','content':["
                        + "{'type':'text','text':'It is blue.','citations':["
                        + "{'type':'web_search_result_location','url':'https://a.test/sky','title':'Sky','cited_text':'blue'},"
                        + "{'type':'char_location','document_title':'My notes','cited_text':'so blue','start_char_index':0}]},"
                        + "{'type':'text','text':' Mostly.'}],"
                        + "'stop_reason':'end_turn','usage':{'input_tokens':1,'output_tokens':2}}",
                "anthropic");
        assertThat(response.text()).isEqualTo("It is blue. Mostly.");
        assertThat(response.citations())
                .containsExactly(
                        new Citation("https://a.test/sky", "Sky", "blue", 0, 11),
                        new Citation(null, "My notes", "so blue", 0, 11));
    }

    @Test
    void responsesCitesPages() {
        ChatResponse response = answer(
                "{'id':'r','object':'response','status':'completed','output':[{'type':'message','id':'m1','role':'assistant',"
                        + "'content':[{'type':'output_text','text':'Blue.','annotations':[{'type':'url_citation',"
                        + "'url':'https://a.test/sky','title':'Sky','start_index':0,'end_index':4}]}]}],"
                        + "'usage':{'input_tokens':1,'output_tokens':2}}",
                "responses");
        assertThat(response.citations()).containsExactly(new Citation("https://a.test/sky", "Sky", null, 0, 4));
    }

    @Test
    void passagesAreCountedInTheWholeText() {
        ChatResponse response = answer(
                "{'id':'r','object':'response','status':'completed','output':[{'type':'message','id':'m1','role':'assistant',"
                        + "'content':[{'type':'output_text','text':'One \uD83D\uDE00. ','annotations':[]},"
                        + "{'type':'output_text','text':'\uD83D\uDE00 two.','annotations':["
                        + "{'type':'url_citation','url':'https://a.test','title':'A','start_index':2,'end_index':5},"
                        + "{'type':'url_citation','url':'https://b.test','title':'B','start_index':4,'end_index':99},"
                        + "{'type':'file_citation','file_id':'f','filename':'c.pdf','index':3},"
                        + "{'type':'container_file_citation','filename':'d.png','start_index':0,'end_index':0}]}]}],"
                        + "'usage':{'input_tokens':1,'output_tokens':2}}",
                "responses");
        assertThat(response.text()).isEqualTo("One \uD83D\uDE00. \uD83D\uDE00 two.");
        assertThat(response.citations())
                .containsExactly(
                        new Citation("https://a.test", "A", null, 11, 14),
                        new Citation("https://b.test", "B", null, null, null),
                        new Citation(null, "c.pdf", null, null, null),
                        new Citation(null, "d.png", null, null, null));
        assertThat(response.text().substring(11, 14)).isEqualTo("two");
    }

    @Test
    void citationsOfABlockBelongToItsText() {
        ChatResponse response = answer(
                "{'type':'message','role':'assistant','content':[{'type':'text','text':'First. '},"
                        + "{'type':'text','text':'Blue.','citations':[{'type':'page_location','document_title':'Notes',"
                        + "'cited_text':'so blue','start_page_number':1,'end_page_number':2}]}],"
                        + "'stop_reason':'end_turn','usage':{'input_tokens':1,'output_tokens':2}}",
                "anthropic");
        assertThat(response.citations()).containsExactly(new Citation(null, "Notes", "so blue", 7, 12));
        assertThat(response.blocks().get(1).vendorData().citations())
                .containsExactly(new Citation(null, "Notes", "so blue", null, null));
    }

    @Test
    void converseCitesDocuments() {
        ChatResponse response = answer(
                "{'output':{'message':{'role':'assistant','content':[{'citationsContent':{'content':[{'text':'Blue.'}],"
                        + "'citations':[{'title':'Sky','sourceContent':[{'text':'so blue'}],"
                        + "'location':{'web':{'url':'https://a.test/sky'}}}]}}]}},'stopReason':'end_turn',"
                        + "'usage':{'inputTokens':1,'outputTokens':2,'totalTokens':3}}",
                "bedrock");
        assertThat(response.citations()).containsExactly(new Citation("https://a.test/sky", "Sky", "so blue", 0, 5));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{'id':'m1'}",
                "{'citations':[]}",
                "{'citations':[{}, null, 7]}",
                "{'citations':",
                "{'citations':'x'}"
            })
    void dataWithoutSourcesHaveNoCitations(String json) {
        assertThat(new VendorData("anthropic", json.replace('\'', '"')).citations())
                .isEqualTo(List.of());
    }

    @Test
    void addressAloneIsACitation() {
        assertThat(new VendorData("p", "{\"citations\":[\"https://a.test\"]}").citations())
                .containsExactly(new Citation("https://a.test", null, null, null, null));
    }
}
