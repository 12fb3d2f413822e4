package dev.understudy.provider.gemini;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.Message;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.StreamChunk.Reasoning;
import dev.understudy.chat.StreamChunk.Text;
import dev.understudy.chat.StreamChunk.ToolCallDone;
import dev.understudy.chat.StreamChunk.ToolCallPart;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorData;
import dev.understudy.provider.DecodedAnswer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GeminiStreamTest {

    private static final ChatRequest REQUEST = ChatRequest.of("asked-for", "?");
    private static final Gemini DIALECT = new Gemini();
    private static final String END = says("{'text':'.'}", "STOP");

    @Test
    void textIsEmittedAsItArrives() {
        DecodedAnswer decodedAnswer = hear(
                "{'candidates':[{'content':{'parts':[{'text':'Hel'},{'text':'lo'}],'role':'model'},'index':0}],"
                        + "'modelVersion':'gemini-x','responseId':'r1'}",
                says("{'text':' 👋'}", "STOP"));
        assertThat(decodedAnswer.chunks.subList(0, 3))
                .containsExactly(new Text("Hel"), new Text("lo"), new Text(" 👋"));
        StreamChunk.Finish finish = decodedAnswer.finished();
        assertThat(finish.reason()).isEqualTo(FinishReason.STOP);
        assertThat(finish.vendorMetadata().id()).isEqualTo("r1");
        assertThat(finish.vendorMetadata().model()).isEqualTo("gemini-x");
        assertThat(finish.vendorMetadata().finishReason()).isEqualTo("STOP");
        assertThat(finish.servedBy().provider()).isEqualTo("p");
        assertThat(finish.servedBy().model()).isEqualTo("asked-for");
    }

    @Test
    void thoughtsAreReasoningAndTheirSignaturesSealThem() {
        DecodedAnswer decodedAnswer = hear(
                says("{'text':'Hm','thought':true}", null),
                says("{'text':', well','thought':true,'thoughtSignature':'c2ln'}", null),
                says("{'text':'Yes'}", null),
                says("{'text':'','thoughtSignature':'dGV4dA=='}", "STOP"));
        assertThat(decodedAnswer.chunks.subList(0, 4))
                .containsExactly(
                        new Reasoning("Hm", null),
                        new Reasoning(", well", null),
                        new Reasoning("", new ReasoningBlock.Signature("c2ln", false, "gemini")),
                        new Text("Yes"));
        assertThat(decodedAnswer.response().blocks())
                .containsExactly(
                        new ReasoningBlock("Hm, well", new ReasoningBlock.Signature("c2ln", false, "gemini")),
                        new ContentBlock.Text("Yes"),
                        new ContentBlock.Text("", signature("dGV4dA==")));
    }

    @Test
    void toolCallsAreWholeAtOnceAndKeepTheirSignatures() {
        DecodedAnswer decodedAnswer = hear(
                says(
                        "{'functionCall':{'id':'f1','name':'weather','args':{'city':'Oslo','days':[1,2]}},'thoughtSignature':'c2ln'},"
                                + "{'functionCall':{'name':'now'}}",
                        null),
                says("{'text':''}", "STOP"));
        assertThat(decodedAnswer.toolCalls).hasSize(2);
        ToolCall first = new ToolCall("f1", "weather", "{\"city\":\"Oslo\",\"days\":[1,2]}", signature("c2ln"));
        ToolCall second = decodedAnswer.toolCalls.get(1);
        assertThat(decodedAnswer.chunks.subList(0, 4))
                .containsExactly(
                        new ToolCallPart(0, "f1", "weather", first.arguments()),
                        new ToolCallDone(0, first.withVendorData(null)),
                        new ToolCallPart(1, second.id(), "now", "{}"),
                        new ToolCallDone(1, second));
        assertThat(decodedAnswer.response().toolCalls()).containsExactly(first, second);
        assertThat(second.id()).matches("[a-z0-9]{9}");
        assertThat(decodedAnswer.finished().reason()).isEqualTo(FinishReason.TOOL_CALLS);
    }

    @Test
    void callsWithoutIdsGetIdsThatDifferWithinAndBetweenAnswers() {
        String call = "{'functionCall':{'name':'now','args':{}}}";
        DecodedAnswer one = hear(says(call + "," + call, null).replace("{'cand", "{'responseId':'a','cand"), END);
        DecodedAnswer other = hear(says(call, null).replace("{'cand", "{'responseId':'b','cand"), END);
        List<String> ids = List.of(
                one.toolCalls.get(0).id(),
                one.toolCalls.get(1).id(),
                other.toolCalls.get(0).id());
        assertThat(ids).doesNotHaveDuplicates();
    }

    @Test
    void argumentsThatComeInPiecesArePutTogether() {
        DecodedAnswer decodedAnswer = hear(
                says("{'functionCall':{'name':'route','willContinue':true}}", null),
                says(
                        "{'functionCall':{'partialArgs':[{'jsonPath':'$.from.city','stringValue':'Os','willContinue':true}],'willContinue':true}}",
                        null),
                says(
                        "{'functionCall':{'partialArgs':[{'jsonPath':'$.from.city','stringValue':'lo'},{'jsonPath':'$.stops[1]','numberValue':7.5},{'jsonPath':\"$['by"
                                + " train']\",'boolValue':true},"
                                + "{'jsonPath':'$.none','nullValue':'NULL_VALUE'},{'jsonPath':'?','stringValue':'x'}],'willContinue':true}}",
                        null),
                says("{'functionCall':{}}", null),
                END);
        assertThat(decodedAnswer.toolCalls).hasSize(1);
        assertThat(decodedAnswer.toolCalls.get(0).name()).isEqualTo("route");
        assertThat(decodedAnswer.toolCalls.get(0).arguments())
                .isEqualTo("{\"from\":{\"city\":\"Oslo\"},\"stops\":[null,7.5],\"by train\":true,\"none\":null}");
    }

    @Test
    void toolCallIsEmittedOnlyWhenComplete() {
        DecodedAnswer decodedAnswer = hear(says("{'functionCall':{'name':'route','willContinue':true}}", null));
        assertThat(decodedAnswer.chunks).isEmpty();
        assertThat(decodedAnswer.kind()).isEqualTo(FailureKind.TRUNCATED);
    }

    @Test
    void outputIncludesReasoningAndInputIncludesToolPrompts() {
        DecodedAnswer decodedAnswer = hear(
                "{'candidates':[],'usageMetadata':{'promptTokenCount':9,'totalTokenCount':9}}",
                "{'candidates':[{'finishReason':'STOP'}],'usageMetadata':{'promptTokenCount':10,'candidatesTokenCount':20,"
                        + "'thoughtsTokenCount':5,'toolUsePromptTokenCount':30,'cachedContentTokenCount':4,'totalTokenCount':65}}",
                "{'usageMetadata':{'trafficType':'ON_DEMAND'}}");
        Usage usage = decodedAnswer.finished().usage();
        assertThat(usage).isEqualTo(Usage.of(40, 25).withCachedInput(4).withReasoning(5));
        assertThat(usage.total()).isEqualTo(65);
    }

    @Test
    void senselessNumbersOfTokensDoNotFailTheAnswer() {
        DecodedAnswer decodedAnswer = hear(
                "{'candidates':[{'finishReason':'STOP'}],'usageMetadata':{'promptTokenCount':-3,"
                        + "'candidatesTokenCount':'many','thoughtsTokenCount':99999999999,'toolUsePromptTokenCount':2}}");
        assertThat(decodedAnswer.finished().usage())
                .isEqualTo(Usage.of(2, Integer.MAX_VALUE).withReasoning(Integer.MAX_VALUE));
    }

    @ParameterizedTest
    @CsvSource({
        "'STOP', STOP, STOP",
        "1, STOP, STOP",
        "2, LENGTH, MAX_TOKENS",
        "'MAX_TOKENS', LENGTH, MAX_TOKENS",
        "3, CONTENT_FILTER, SAFETY",
        "'RECITATION', CONTENT_FILTER, RECITATION",
        "'PROHIBITED_CONTENT', CONTENT_FILTER, PROHIBITED_CONTENT",
        "'BLOCKLIST', CONTENT_FILTER, BLOCKLIST",
        "'SPII', CONTENT_FILTER, SPII",
        "'IMAGE_SAFETY', CONTENT_FILTER, IMAGE_SAFETY",
        "'MODEL_ARMOR', CONTENT_FILTER, MODEL_ARMOR",
        "'LANGUAGE', OTHER, LANGUAGE",
        "'A_NEW_WORD', OTHER, A_NEW_WORD",
        "77, OTHER, 77"
    })
    void finishReasonsAreOurs(String told, FinishReason reason, String word) {
        String value = told.matches("\\d+") ? told : "'" + told + "'";
        DecodedAnswer decodedAnswer =
                hear("{'candidates':[{'content':{'parts':[{'text':'x'}]},'finishReason':" + value + "}]}");
        assertThat(decodedAnswer.finished().reason()).isEqualTo(reason);
        assertThat(decodedAnswer.finished().vendorMetadata().finishReason()).isEqualTo(word);
    }

    @Test
    void anUnspecifiedReasonIsNone() {
        for (String none : List.of("0", "'FINISH_REASON_UNSPECIFIED'", "null", "''")) {
            assertThat(hear("{'candidates':[{'content':{'parts':[{'text':'x'}]},'finishReason':" + none + "}]}")
                            .kind())
                    .isEqualTo(FailureKind.TRUNCATED);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS"})
    void aToolThatCouldNotBeCalledFailsTheAnswer(String reason) {
        DecodedAnswer decodedAnswer = hear(says("{'text':'Let me see'}", null), says("", reason));
        assertThat(decodedAnswer.kind()).isEqualTo(FailureKind.TOOL_REJECTED);
        assertThat(decodedAnswer.text).hasToString("Let me see");
        assertThatThrownBy(() -> decode("{'candidates':[{'finishReason':'" + reason + "'}]}"))
                .isInstanceOfSatisfying(
                        CallFailed.class,
                        failed -> assertThat(failed.failure().kind()).isEqualTo(FailureKind.TOOL_REJECTED));
    }

    @Test
    void aPromptThatWasTurnedAwayIsAFilteredAnswer() {
        DecodedAnswer decodedAnswer =
                hear("{'promptFeedback':{'blockReason':'SAFETY'},'usageMetadata':{'promptTokenCount':4}}");
        assertThat(decodedAnswer.finished().reason()).isEqualTo(FinishReason.CONTENT_FILTER);
        assertThat(decodedAnswer.finished().vendorMetadata().finishReason()).isEqualTo("PROMPT_BLOCKED:SAFETY");
        ChatResponse whole = decode("{'promptFeedback':{'blockReason':4}}");
        assertThat(whole.finishReason()).isEqualTo(FinishReason.CONTENT_FILTER);
        assertThat(whole.vendorMetadata().finishReason()).isEqualTo("PROMPT_BLOCKED:PROHIBITED_CONTENT");
        assertThat(hear("{'promptFeedback':{'safetyRatings':[]},'candidates':[{'content':{}}]}")
                        .kind())
                .isEqualTo(FailureKind.TRUNCATED);
    }

    @Test
    void contentAfterAFinishReasonIsRead() {
        assertThat(hear(says("{'text':'One '}", "STOP"), says("{'text':'two'}", "MAX_TOKENS")).text)
                .hasToString("One two");
    }

    @Test
    void onlyTheFirstCandidateIsRead() {
        DecodedAnswer decodedAnswer = hear(
                "{'candidates':[{'content':{'parts':[{'text':'b'}]},'finishReason':'SAFETY','index':1},"
                        + "{'content':{'parts':[{'text':'a'}]},'index':0}]}",
                END);
        assertThat(decodedAnswer.text).hasToString("a.");
        assertThat(decodedAnswer.finished().reason()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void picturesAndTheVendorsOwnToolsAreNoText() {
        DecodedAnswer decodedAnswer = hear(
                says("{'inlineData':{'mimeType':'image/png','data':'AAAA'}},{'executableCode':{'code':'1+1'}}", null),
                says("{'codeExecutionResult':{'output':'2'}}", null),
                says("{'text':'2'}", "STOP"));
        assertThat(decodedAnswer.text).hasToString("2");
        assertThat(decodedAnswer.response().blocks())
                .containsExactly(
                        new ContentBlock.Image(new Message.Image.Data("image/png", "AAAA"), null),
                        new ContentBlock.Opaque(
                                "executableCode", new VendorData("gemini", "{\"executableCode\":{\"code\":\"1+1\"}}")),
                        new ContentBlock.Opaque(
                                "codeExecutionResult",
                                new VendorData("gemini", "{\"codeExecutionResult\":{\"output\":\"2\"}}")),
                        new ContentBlock.Text("2"));
    }

    @Test
    void gatewaysMayCloseWithTheirMarker() {
        DecodedAnswer decodedAnswer = hear(END, "[DONE]");
        assertThat(decodedAnswer.isComplete()).isTrue();
        assertThat(hear(says("{'text':'x'}", null), "[DONE]").kind()).isEqualTo(FailureKind.TRUNCATED);
    }

    @Test
    void malformedChunksFailUnlessTheAnswerIsFinishedOrCut() {
        assertThat(hear("{'candidates':[}", END).kind()).isEqualTo(FailureKind.PROTOCOL);
        assertThat(hear("17", END).kind()).isEqualTo(FailureKind.PROTOCOL);
        assertThat(hear(END, "{'candidates':[}").isComplete()).isTrue();
        assertThat(raw("data: {\"candidates\":[{\"content\":{\"par").kind()).isEqualTo(FailureKind.TRUNCATED);
        assertThat(raw("[{\"candidates\":[{\"content\":{\"par").kind()).isEqualTo(FailureKind.TRUNCATED);
    }

    @Test
    void nestingBeyondTheLimitIsRejected() {
        String deep = "{'candidates':[{'content':{'parts':[{'functionCall':{'name':'f','args':{'a':" + "[".repeat(200)
                + "]".repeat(200) + "}}}]}}]}";
        assertThat(hear(deep, END).kind()).isEqualTo(FailureKind.PROTOCOL);
    }

    @Test
    void aBareObjectWithAnAnswerInItIsAnAnswer() {
        assertThat(raw(quoted(END.replace(",", ",\n"))).isComplete()).isTrue();
        assertThat(raw(quoted("{'something':'else'}")).kind()).isEqualTo(FailureKind.SERVER);
    }

    @Test
    void anElementOverTheLimitIsRejected() {
        String big = quoted(says("{'text':'" + "x".repeat(2_000) + "'}", null));
        for (String body : List.of("[" + big + "]", "data: " + big + "\n\n")) {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            assertThat(DecodedAnswer.of(DIALECT.framing(2_000), DIALECT.decoder("p", REQUEST), bytes)
                            .kind())
                    .isEqualTo(FailureKind.PROTOCOL);
        }
    }

    @Test
    void aWholeAnswerIsReadAlike() {
        ChatResponse response = decode(
                "{'candidates':[{'content':{'parts':[{'text':'Hm','thought':true},{'text':'Yes'},"
                        + "{'functionCall':{'name':'now','args':{}},'thoughtSignature':'c2ln'}]},'finishReason':'STOP'}],"
                        + "'usageMetadata':{'promptTokenCount':3,'candidatesTokenCount':4},'responseId':'r','modelVersion':'v'}");
        assertThat(response.text()).isEqualTo("Yes");
        assertThat(response.reasoning()).isEqualTo("Hm");
        ToolCall call = response.toolCalls().get(0);
        assertThat(response.blocks())
                .containsExactly(
                        ReasoningBlock.of("Hm"),
                        new ContentBlock.Text("Yes"),
                        new ToolCall(call.id(), "now", "{}", signature("c2ln")));
        assertThat(response.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
        assertThat(response.usage()).isEqualTo(Usage.of(3, 4));
    }

    @Test
    void aWholeAnswerMayComeAsAnArray() {
        assertThat(decode("[" + says("{'text':'a'}", null) + "\n,\r\n" + says("{'text':'b'}", "STOP") + "\n]")
                        .text())
                .isEqualTo("ab");
    }

    @Test
    void aWholeAnswerMayBeBig() {
        String big = "x".repeat(2 << 20);
        ChatResponse response = decode(says("{'text':'" + big + "'}", "STOP"));
        assertThat(response.text()).hasSize(big.length());
        assertThat(response.finishReason()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void bodyWithoutAnswerIsTypedByItsError() {
        assertThat(failure("{}")).isEqualTo(FailureKind.PROTOCOL);
        assertThat(failure("")).isEqualTo(FailureKind.PROTOCOL);
        assertThat(failure("<html><body>Sign in</body></html>")).isEqualTo(FailureKind.PROTOCOL);
        assertThat(failure("{'error':{'code':503,'message':'The model is overloaded.'}}"))
                .isEqualTo(FailureKind.OVERLOADED);
        assertThat(failure("[{'error':{'code':429,'status':'RESOURCE_EXHAUSTED'}}]"))
                .isEqualTo(FailureKind.RATE_LIMITED);
        assertThat(failure("{'candidates':[{'content':{'par")).isEqualTo(FailureKind.PROTOCOL);
    }

    @Test
    void responseMessageCanBeSentBack() {
        ChatResponse response = decode(
                "{'candidates':[{'content':{'parts':["
                        + "{'functionCall':{'name':'now','args':{'zone':'CET'}},'thoughtSignature':'c2ln'}]},'finishReason':'STOP'}]}");
        ChatRequest next =
                ChatRequest.of("gemini-3-flash", List.of(Message.user("q"), response.message(), Message.user("go on")));
        String body = new String(DIALECT.encode(next, true), StandardCharsets.UTF_8);
        assertThat(body)
                .contains("\"name\":\"now\",\"args\":{\"zone\":\"CET\"}},\"thoughtSignature\":\"c2ln\"}")
                .contains("\"id\":\"" + response.toolCalls().get(0).id() + "\"");
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
        return DIALECT.decode("p", REQUEST, quoted(body).getBytes(StandardCharsets.UTF_8));
    }

    /** A chunk with these parts. */
    private static String says(String parts, @Nullable String finish) {
        return "{'candidates':[{'content':{'parts':[" + parts + "],'role':'model'}"
                + (finish == null ? "" : ",'finishReason':'" + finish + "'") + "}]}";
    }

    private static DecodedAnswer hear(String... chunks) {
        StringBuilder body = new StringBuilder();
        for (String chunk : chunks) {
            body.append("data: ").append(quoted(chunk)).append("\r\n\r\n");
        }
        return raw(body.toString());
    }

    private static DecodedAnswer raw(String body) {
        return DecodedAnswer.of(
                DIALECT.framing(), DIALECT.decoder("p", REQUEST), body.getBytes(StandardCharsets.UTF_8));
    }

    /** Single quotes read better in Java; those of the one path that has some are kept. */
    private static String quoted(String json) {
        return json.replace("\"$['by train']\"", "@").replace('\'', '"').replace("@", "\"$['by train']\"");
    }

    private static VendorData signature(String value) {
        return new VendorData("gemini", "{\"thoughtSignature\":\"" + value + "\"}");
    }
}
