package dev.understudy.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.VendorData;
import dev.understudy.chat.VendorData.TokenLogprob;
import dev.understudy.provider.AnswerForms.Wire;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Log probabilities of tokens are readable, whichever vendor reports them, in whole answers and in streams. */
class LogprobsTest {

    private static final ChatRequest PLAIN = ChatRequest.of("m", "q");
    private static final ChatRequest ASKED = PLAIN.withOptions(PLAIN.options().withTopLogprobs(1));

    private static final TokenLogprob NO = new TokenLogprob("No", -2.5, List.of());
    private static final List<TokenLogprob> BOTH =
            List.of(new TokenLogprob("Yes", -0.25, List.of(NO)), new TokenLogprob("!", -1, List.of()));

    private static final String YES =
            "{'token':'Yes','logprob':-0.25,'bytes':[89],'top_logprobs':[{'token':'No','logprob':-2.5,'bytes':null}]}";
    private static final String MARK = "{'token':'!','logprob':-1,'bytes':[33],'top_logprobs':[]}";

    private static ChatResponse chat(ChatRequest request) {
        return AnswerForms.of(
                Wire.CHAT,
                request,
                "{'id':'c','choices':[{'index':0,'finish_reason':'stop','message':{'content':'Yes!'},'logprobs':{'content':["
                        + YES + "," + MARK + "],'refusal':null}}]}",
                List.of(
                        "{'id':'c','choices':[{'index':0,'delta':{'content':''},'logprobs':null}]}",
                        "{'id':'c','choices':[{'index':0,'delta':{'content':'Yes'},'logprobs':{'content':[" + YES
                                + "]}}]}",
                        "{'id':'c','choices':[{'index':0,'delta':{'content':'!'},'logprobs':{'content':[" + MARK
                                + "]}}]}",
                        "{'id':'c','choices':[{'index':0,'delta':{},'logprobs':null,'finish_reason':'stop'}]}"));
    }

    @Test
    void chatCompletionsReportsThem() {
        assertThat(chat(ASKED).logprobs()).isEqualTo(BOTH);
        assertThat(chat(PLAIN.withExtra("openai-chat", "logprobs", true)).logprobs())
                .isEqualTo(BOTH);
    }

    @Test
    void unaskedOnesAreNotKept() {
        assertThat(chat(PLAIN).logprobs()).isEmpty();
        assertThat(chat(PLAIN).blocks().get(0).vendorData()).isNull();
    }

    @Test
    void theyAreNotSentBackToChatCompletions() {
        assertThat(AnswerForms.next(
                        Wire.CHAT,
                        ASKED,
                        "{'choices':[{'finish_reason':'stop','message':{'content':'Yes!'},'logprobs':{'content':[" + YES
                                + "]}}]}"))
                .contains("{\"role\":\"assistant\",\"content\":\"Yes!\"}");
    }

    @Test
    void responsesReportsThemInItsItem() {
        String item =
                "{'id':'m1','type':'message','role':'assistant','status':'completed','content':[{'type':'output_text',"
                        + "'text':'Yes!','annotations':[],'logprobs':[" + YES + "," + MARK + "]}]}";
        ChatResponse answer = AnswerForms.of(
                Wire.RESPONSES,
                ASKED,
                "{'id':'r','object':'response','status':'completed','output':[" + item + "]}",
                List.of(
                        "{'type':'response.output_text.delta','output_index':0,'item_id':'m1','delta':'Yes!','logprobs':["
                                + YES + "," + MARK + "]}",
                        "{'type':'response.output_item.done','output_index':0,'item':" + item + "}",
                        "{'type':'response.completed','response':{'id':'r','status':'completed','output':[" + item
                                + "]}}"));
        assertThat(answer.logprobs()).isEqualTo(BOTH);
    }

    @Test
    void geminiReportsThemWithTheAlternatives() {
        String first = "'logprobsResult':{'chosenCandidates':[{'token':'Yes','tokenId':1,'logProbability':-0.25}],"
                + "'topCandidates':[{'candidates':[{'token':'No','logProbability':-2.5}]}]}";
        String second = "'logprobsResult':{'chosenCandidates':[{'token':'!','logProbability':-1}],"
                + "'topCandidates':[{'candidates':[]}]}";
        String both = "'logprobsResult':{'chosenCandidates':[{'token':'Yes','tokenId':1,'logProbability':-0.25},"
                + "{'token':'!','logProbability':-1}],'topCandidates':[{'candidates':[{'token':'No',"
                + "'logProbability':-2.5}]},{'candidates':[]}]}";
        ChatResponse answer = AnswerForms.of(
                Wire.GEMINI,
                ASKED,
                "{'candidates':[{'content':{'parts':[{'text':'Yes!'}]},'finishReason':'STOP'," + both + "}]}",
                List.of(
                        "{'candidates':[{'content':{'parts':[{'text':'Yes'}]}," + first + "}]}",
                        "{'candidates':[{'content':{'parts':[{'text':'!'}]},'finishReason':'STOP'," + second + "}]}"));
        assertThat(answer.logprobs()).isEqualTo(BOTH);
    }

    @Test
    void ollamaReportsThemByLine() {
        ChatResponse answer = AnswerForms.of(
                Wire.OLLAMA,
                ASKED,
                "{'message':{'content':'Yes!'},'done':true,'done_reason':'stop','logprobs':[" + YES + "," + MARK + "]}",
                List.of(
                        "{'message':{'content':'Yes'},'done':false,'logprobs':[" + YES + "]}",
                        "{'message':{'content':'!'},'done':false,'logprobs':[" + MARK + "]}",
                        "{'message':{'content':''},'done':true,'done_reason':'stop'}"));
        assertThat(answer.logprobs()).isEqualTo(BOTH);
    }

    @Test
    void cohereReportsThemByPieceOfText() {
        String first = "{'token_ids':[1,2],'text':'Yes','logprobs':[-0.25,-0.5]}";
        String second = "{'token_ids':[3],'text':'!','logprobs':[-1]}";
        ChatResponse answer = AnswerForms.of(
                Wire.COHERE,
                ASKED,
                "{'finish_reason':'COMPLETE','message':{'content':[{'type':'text','text':'Yes!'}]},'logprobs':[" + first
                        + "," + second + "]}",
                List.of(
                        "{'type':'content-delta','delta':{'message':{'content':{'text':'Yes'}}},'logprobs':" + first
                                + "}",
                        "{'type':'content-delta','delta':{'message':{'content':{'text':'!'}}},'logprobs':" + second
                                + "}",
                        "{'type':'message-end','delta':{'finish_reason':'COMPLETE'}}"));
        assertThat(answer.logprobs())
                .containsExactly(new TokenLogprob("Yes", -0.75, List.of()), new TokenLogprob("!", -1, List.of()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'logprobs':null}",
                "{'logprobs':[]}",
                "{'logprobs':{'content':null}}",
                "{'logprobs':[null,{},{'token':'a'},{'logprob':-1},{'token':7,'logprob':-1},{'token':'a','logprob':'x'}]}",
                "{'logprobs':[{'text':'a','logprobs':[]}]}",
                "{'logprobsResult':{'chosenCandidates':{}}}",
                "{'logprobs':["
            })
    void dataWithoutProbabilitiesGiveNone(String json) {
        assertThat(new VendorData("p", json.replace('\'', '"')).logprobs()).isEmpty();
    }
}
