package dev.understudy.provider.openai;

import static dev.understudy.provider.openai.OpenAiChatStreamTest.delta;
import static dev.understudy.provider.openai.OpenAiChatStreamTest.event;
import static dev.understudy.provider.openai.OpenAiChatStreamTest.finish;
import static dev.understudy.provider.openai.OpenAiChatStreamTest.hear;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.FinishReason;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.provider.DecodedAnswer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tool calls on a stream, in the habits of many servers. */
class OpenAiChatToolCallsTest {

    private static final List<ToolCall> TWO =
            List.of(new ToolCall("c1", "f", "{\"a\":1}"), new ToolCall("c2", "g", "{\"b\":2}"));

    @Test
    void fragmentsAreEmittedAsTheyComeAndWholeAtTheEnd() {
        DecodedAnswer decodedAnswer =
                hear(calls("{'index':0,'id':'c1','type':'function','function':{'name':'f','arguments':''}}")
                        + calls("{'index':0,'function':{'arguments':'{~a~'}}")
                        + calls("{'index':0,'id':null,'type':null,'function':{'name':null,'arguments':':1}'}}")
                        + calls("{'index':0,'function':{'arguments':null}}")
                        + finish("tool_calls"));
        assertThat(decodedAnswer.chunks.subList(0, 4))
                .containsExactly(
                        new StreamChunk.ToolCallPart(0, "c1", "f", ""),
                        new StreamChunk.ToolCallPart(0, "c1", "f", "{\"a\""),
                        new StreamChunk.ToolCallPart(0, "c1", "f", ":1}"),
                        new StreamChunk.ToolCallDone(0, TWO.get(0)));
        assertThat(decodedAnswer.chunks).hasSize(5);
    }

    @Test
    void twoFragmentedCallsMayAlternate() {
        assertCalls(calls("{'index':0,'id':'c1','function':{'name':'f','arguments':''}},"
                        + "{'index':1,'id':'c2','function':{'name':'g','arguments':''}}")
                + calls("{'index':1,'function':{'arguments':'{~b~:'}},{'index':0,'function':{'arguments':'{~a~:'}}")
                + calls("{'index':0,'function':{'arguments':'1}'}},{'index':1,'function':{'arguments':'2}'}}"));
    }

    @Test
    void wholeCallsMayCarryNoIndex() {
        String one = "{'id':'c1','function':{'name':'f','arguments':'{~a~:1}'}}";
        String two = "{'id':'c2','function':{'name':'g','arguments':'{~b~:2}'}}";
        assertCalls(calls(one + "," + two));
        assertCalls(calls(one) + calls(two));
    }

    @Test
    void oneIndexMayServeSeveralCalls() {
        assertCalls(calls("{'index':0,'id':'c1','function':{'name':'f','arguments':'{~a~:1}'}}")
                + calls("{'index':0,'id':'c2','function':{'name':'g','arguments':'{~b~:2}'}}"));
        assertCalls(calls("{'index':0,'id':'c1','function':{'name':'f','arguments':'{~a~:'}}")
                + calls("{'index':0,'function':{'arguments':'1}'}}")
                + calls("{'index':0,'id':'c2','function':{'name':'g','arguments':'{~b~:'}}")
                + calls("{'index':0,'function':{'arguments':'2}'}}"));
    }

    @Test
    void fragmentsMayRepeatIdAndNameOrChangeTheId() {
        assertCalls(calls("{'index':0,'id':'c1','function':{'name':'f','arguments':'{~a~'}}")
                + calls("{'index':0,'id':'c1','function':{'name':'f','arguments':':1}'}}")
                + calls("{'index':0,'id':'c1','function':{'name':'f','arguments':''}}")
                + calls("{'index':1,'id':'c2','function':{'name':'g','arguments':'{~b~'}}")
                + calls("{'index':1,'id':'c3','function':{'arguments':':2}'}}"));
    }

    @Test
    void fragmentsMayCarryOnlyTheId() {
        assertCalls(calls("{'id':'c1','function':{'name':'f','arguments':'{~a~'}}")
                + calls("{'id':'c2','function':{'name':'g','arguments':'{~b~'}}")
                + calls("{'id':'c1','function':{'arguments':':1}'}}")
                + calls("{'id':'c2','function':{'arguments':':2}'}}"));
    }

    @Test
    void missingIdsAreMadeUpStablyAndApart() {
        String one = "{'function':{'name':'f','arguments':'{~a~:1}'}}";
        String body = calls(one + "," + one) + calls(one) + finish("stop");
        List<ToolCall> calls = hear(body).toolCalls;
        assertThat(calls).hasSize(3).allSatisfy(call -> {
            assertThat(call.id()).matches("[a-z0-9]{9}");
            assertThat(call.arguments()).isEqualTo("{\"a\":1}");
        });
        assertThat(calls.stream().map(ToolCall::id)).doesNotHaveDuplicates();
        assertThat(hear(body).toolCalls).isEqualTo(calls);
        assertThat(hear(event("'id':'other','choices':[]") + body)
                        .toolCalls
                        .get(0)
                        .id())
                .isNotEqualTo(calls.get(0).id());
        for (StreamChunk chunk : hear(body).chunks) {
            if (chunk instanceof StreamChunk.ToolCallPart part) {
                assertThat(part.id()).isEqualTo(calls.get(part.index()).id());
            }
        }
    }

    @Test
    void anIdThatServesTwoCallsIsKeptForTheFirst() {
        String one = "{'id':'f','function':{'name':'f','arguments':'{~a~:1}'}}";
        List<ToolCall> calls = hear(calls(one) + calls(one) + finish("tool_calls")).toolCalls;
        assertThat(calls).hasSize(2);
        assertThat(calls.get(0).id()).isEqualTo("f");
        assertThat(calls.get(1).id()).isNotEqualTo("f");
    }

    @Test
    void argumentsMayBeJsonInsteadOfText() {
        assertThat(hear(calls("{'index':0,'id':'c1','function':{'name':'f','arguments':{'z':[1,2.50],'a':{}}}}")
                                + finish("tool_calls"))
                        .toolCalls)
                .containsExactly(new ToolCall("c1", "f", "{\"z\":[1,2.50],\"a\":{}}"));
    }

    @Test
    void argumentsThatAreNoJsonAreLeftAsTheyAre() {
        assertThat(hear(calls("{'index':0,'id':'c1','function':{'name':'f','arguments':'{~a~:'}}") + finish("length"))
                        .toolCalls)
                .containsExactly(new ToolCall("c1", "f", "{\"a\":"));
    }

    @Test
    void theOlderFunctionCallIsUnderstood() {
        DecodedAnswer decodedAnswer = hear(delta("'content':null,'function_call':{'name':'f','arguments':''}")
                + delta("'function_call':{'arguments':'{~a~'}".replace("~", "\\\""))
                + delta("'function_call':{'arguments':':1}'}")
                + finish("function_call"));
        assertThat(decodedAnswer.toolCalls).hasSize(1);
        assertThat(decodedAnswer.toolCalls.get(0).name()).isEqualTo("f");
        assertThat(decodedAnswer.toolCalls.get(0).arguments()).isEqualTo("{\"a\":1}");
        assertThat(decodedAnswer.toolCalls.get(0).id()).isNotEmpty();
        assertThat(decodedAnswer.finished().reason()).isEqualTo(FinishReason.TOOL_CALLS);
    }

    @Test
    void anEmptyFunctionCallBesideAnAnswerIsNone() {
        DecodedAnswer decodedAnswer = hear(
                delta("'content':'4','function_call':{'name':'','arguments':''},'tool_calls':[]") + finish("stop"));
        assertThat(decodedAnswer.toolCalls).isEmpty();
        assertThat(decodedAnswer.finished().reason()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void stopWithToolCallsMeansToolCallsButLengthStaysLength() {
        String call = calls("{'id':'c1','function':{'name':'f','arguments':'{}'}}");
        for (String word : List.of("stop", "STOP", "eos")) {
            DecodedAnswer decodedAnswer = hear(call + finish(word));
            assertThat(decodedAnswer.finished().reason()).isEqualTo(FinishReason.TOOL_CALLS);
            assertThat(decodedAnswer.finished().vendorMetadata().finishReason()).isEqualTo(word);
        }
        DecodedAnswer cut = hear(call + finish("length"));
        assertThat(cut.finished().reason()).isEqualTo(FinishReason.LENGTH);
    }

    @Test
    void truncatedStreamCompletesNoToolCall() {
        DecodedAnswer decodedAnswer = hear(calls("{'index':0,'id':'c1','function':{'name':'f','arguments':'{~a~'}}"));
        assertThat(decodedAnswer.toolCalls).isEmpty();
        assertThat(decodedAnswer.failure).isNotNull();
    }

    @Test
    void aNameThatComesLateIsWaitedFor() {
        DecodedAnswer decodedAnswer = hear(calls("{'index':0,'id':'c1','function':{'arguments':'{~a~'}}")
                + calls("{'index':0,'function':{'name':'f','arguments':':1}'}}")
                + finish("tool_calls"));
        assertThat(decodedAnswer.chunks.get(0)).isEqualTo(new StreamChunk.ToolCallPart(0, "c1", "f", "{\"a\":1}"));
        assertThat(decodedAnswer.toolCalls).containsExactly(TWO.get(0));
    }

    private static void assertCalls(String events) {
        assertThat(hear(events + finish("tool_calls")).toolCalls).isEqualTo(TWO);
    }

    /** A tilde stands for a quotation mark within the arguments. */
    private static String calls(String calls) {
        return delta("'tool_calls':[" + calls + "]").replace("~", "\\\"");
    }
}
