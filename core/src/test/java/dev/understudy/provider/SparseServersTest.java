package dev.understudy.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.Message;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorData;
import dev.understudy.provider.DialectSample.Event;
import dev.understudy.provider.anthropic.Anthropic;
import dev.understudy.provider.openai.responses.OpenAiResponses;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that leave out events, fields and numbers, or send them twice under other names. */
class SparseServersTest {

    private static final String COMPLETED =
            "{'type':'response.completed','response':{'status':'completed','output':[]}}";
    private static final String OUTPUT =
            "{'type':'response.completed','response':{'status':'completed','output':[{'id':'m1','type':'message','content':[{'type':'output_text','text':'Hello'}]},"
                    + "{'id':'fc_1','type':'function_call','call_id':'call_a','name':'get_weather','arguments':'{}'}]}}";

    /** Each list of events says the text once. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'type':'response.output_text.delta','delta':'Hel'} {'type':'response.output_text.delta','delta':'lo'} {'type':'response.output_text.done','text':'Hello'} {'type':'response.output_item.done','item':{'type':'message','id':'m1','content':[{'type':'output_text','text':'Hello'}]}} "
                        + COMPLETED,
                "{'type':'response.output_text.done','text':'Hello'} " + COMPLETED,
                "{'type':'response.output_item.done','item':{'type':'message','content':[{'type':'output_text','text':'Hello'}]}} "
                        + COMPLETED,
                "{'type':'response.output_text.delta','item_id':'m1','delta':'Hello'} {'type':'response.output_item.done','output_index':0,'item':{'type':'message','id':'m1','content':[{'type':'output_text','text':'Hello'}]}} "
                        + COMPLETED,
                "{'type':'response.output_item.added','output_index':0,'item':{'type':'message','id':'m1'}} {'type':'response.output_text.delta','delta':'Hello'} {'type':'response.output_item.done','item':{'type':'message','content':[{'type':'output_text','text':'Hello'}]}} "
                        + COMPLETED,
                "{'type':'response.output_text.delta','output_index':0,'delta':'','item_id':'beat'} {'type':'response.output_item.added','output_index':0,'item':{'type':'heartbeat','id':'hb'}} {'type':'response.output_text.delta','output_index':0,'item_id':'m1','delta':'Hello'} "
                        + COMPLETED,
                "{'type':'response.output_text.delta','delta':'Hello'} {'type':'response.completed','response':{'status':'completed','output':[{'id':'m9','type':'message','content':[{'type':'output_text','text':'Hello'}]}]}}"
            })
    void textOfASparseResponseArrivesOnce(String events) {
        DecodedAnswer answer = DialectSample.RESPONSES.decode(Event.all(events.split("(?<=}) (?=\\{)")));
        assertThat(answer.failure).isNull();
        assertThat(answer.text).hasToString("Hello");
        assertThat(answer.response().text()).isEqualTo("Hello");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                OUTPUT,
                "{'type':'response.output_item.added','output_index':0,'item':{'type':'reasoning','id':'rs','summary':[]}} "
                        + OUTPUT,
                "{'type':'response.output_text.delta','output_index':0,'item_id':'m1','delta':'Hello'} " + OUTPUT,
                "{'type':'response.output_item.done','output_index':0,'item':{'id':'fc_1','type':'function_call','call_id':'call_a','name':'get_weather','arguments':'{}'}} "
                        + OUTPUT
            })
    void whatOnlyTheLastEventHasArrives(String events) {
        DecodedAnswer answer = DialectSample.RESPONSES.decode(Event.all(events.split("(?<=}) (?=\\{)")));
        assertThat(answer.text).hasToString("Hello");
        assertThat(answer.toolCalls).containsExactly(new ToolCall("call_a", "get_weather", "{}"));
        assertThat(answer.finished().reason()).isEqualTo(FinishReason.TOOL_CALLS);
    }

    @Test
    void severalItemsMayShareAPosition() {
        List<String> events = new ArrayList<>();
        for (String id : List.of("a", "b")) {
            events.add("{'type':'response.output_item.added','output_index':0,'item':{'id':'fc_" + id
                    + "','type':'function_call','call_id':'call_" + id + "','name':'get_time','arguments':''}}");
            events.add("{'type':'response.function_call_arguments.delta','output_index':0,'item_id':'fc_" + id
                    + "','delta':'{\\'zone\\':\\'" + id + "\\'}'}");
            if (id.equals("a")) {
                events.add("{'type':'response.output_text.delta','output_index':0,'item_id':'m1','delta':'Hello'}");
            }
        }
        events.add(COMPLETED);
        DecodedAnswer answer = DialectSample.RESPONSES.decode(Event.all(events.toArray(String[]::new)));
        assertThat(answer.text).hasToString("Hello");
        assertThat(answer.toolCalls)
                .containsExactly(
                        new ToolCall("call_a", "get_time", "{\"zone\":\"a\"}"),
                        new ToolCall("call_b", "get_time", "{\"zone\":\"b\"}"));
    }

    @Test
    void converseMayLeaveOutEverythingButTheDeltas() {
        DecodedAnswer answer = DialectSample.CONVERSE.decode(Event.named(
                "contentBlockDelta {'contentBlockIndex':0,'delta':{'reasoningContent':{'data':'UkVE'}}}",
                "contentBlockDelta {'contentBlockIndex':1,'delta':{'text':'Hello'}}",
                "contentBlockDelta {'contentBlockIndex':2,'delta':{'toolUse':{'toolUseId':'c','name':'get_time','input':'{\\'a\\''}}}",
                "contentBlockDelta {'contentBlockIndex':2,'delta':{'toolUse':{'input':':1}'}}}",
                "messageStop {'stopReason':'tool_use'}",
                "metadata {'usage':{'inputTokens':11,'outputTokens':7,'totalTokens':18}}",
                "metadata {'metrics':{'latencyMs':12}}"));
        assertThat(answer.text).hasToString("Hello");
        assertThat(answer.toolCalls).containsExactly(new ToolCall("c", "get_time", "{\"a\":1}"));
        assertThat(answer.finished().usage()).isEqualTo(Usage.of(11, 7));
        assertThat(answer.response().reasoningBlocks())
                .anyMatch(
                        block -> block.signature() != null && block.signature().redacted());
    }

    @Test
    void ollamaMayEndWithAReasonAndWithoutDone() {
        for (String last : List.of("'done':false,'done_reason':'length'", "'done_reason':'length'")) {
            DecodedAnswer answer = DialectSample.OLLAMA.decode(Event.all(
                    "{'message':{'content':'Hello'}}",
                    "{'message':{'content':''}," + last + ",'prompt_eval_count':5,'eval_count':6}"));
            assertThat(answer.finished().reason()).isEqualTo(FinishReason.LENGTH);
            assertThat(answer.finished().usage()).isEqualTo(Usage.of(5, 6));
        }
        assertThat(DialectSample.OLLAMA
                        .decode(Event.all("{'message':{'content':'Hello'},'done':false,'done_reason':''}"))
                        .kind())
                .isEqualTo(FailureKind.TRUNCATED);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'title':'Pears','n':[1,2.50]} | {'title':'Pears','n':[1,2.50]}",
                "[{'title':'Pears'},{'title':'Figs'}] | [{'title':'Pears'},{'title':'Figs'}]",
                "[1,2] | [1,2]",
                "[{'type':'text','text':'Hel'},{'text':'lo'}] | Hello",
                "['Hel','lo'] | Hello",
                "42 | 42",
                "{} | ``",
                "[] | ``"
            })
    void contentMayBeStructured(String content, String text) {
        String chat = "{'choices':[{'index':0,'%s':{'content':" + content + "},'finish_reason':'stop'}]}";
        String expected = DialectSample.unquoted(text);
        assertThat(whole(DialectSample.CHAT, chat.formatted("message")).text()).isEqualTo(expected);
        assertThat(DialectSample.CHAT.decode(Event.all(chat.formatted("delta"))).text)
                .hasToString(expected);
    }

    @Test
    void ollamaContentMayBeAnObject() {
        assertThat(whole(DialectSample.OLLAMA, "{'message':{'content':{'a':1}},'done':true}")
                        .text())
                .isEqualTo("{\"a\":1}");
    }

    @Test
    void finishChunkMayHaveNoDelta() {
        DecodedAnswer answer = DialectSample.CHAT.decode(Event.all(
                "{'choices':[{'delta':{'content':'Hello'},'index':0}]}",
                "{'choices':[{'finish_reason':'stop','index':0}],'usage':{'prompt_tokens':3,'completion_tokens':4}}"));
        assertThat(answer.text).hasToString("Hello");
        assertThat(answer.finished().usage()).isEqualTo(Usage.of(3, 4));
    }

    /** Usage in the order received; the last number counts, and a zero replaces none. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CHAT | {'prompt_tokens':10,'completion_tokens':5,'input_tokens':0,'output_tokens':0} | {}",
                "CHAT | {'input_tokens':0,'output_tokens':0,'prompt_tokens':10,'completion_tokens':5} | {}",
                "CHAT | {'prompt_tokens':10,'completion_tokens':5} | {'prompt_tokens':0,'completion_tokens':0}",
                "RESPONSES | {'prompt_tokens':10,'completion_tokens':5,'input_tokens':0,'output_tokens':0} | {}",
                "ANTHROPIC | {'input_tokens':10,'output_tokens':1} | {'input_tokens':0,'output_tokens':5}",
                "ANTHROPIC | {'prompt_tokens':10,'completion_tokens':1,'input_tokens':0} | {'output_tokens':5}",
                "GEMINI | {'promptTokenCount':10,'candidatesTokenCount':5} | {'promptTokenCount':0,'candidatesTokenCount':0}",
                "GEMINI | {'promptTokenCount':10,'candidatesTokenCount':2,'totalTokenCount':15} | {}",
                "OLLAMA | 'prompt_eval_count':10,'eval_count':5 | 'prompt_eval_count':0,'eval_count':0",
                "COHERE | {'tokens':{'input_tokens':10,'output_tokens':5}} | {'tokens':{'input_tokens':0,'output_tokens':0}}",
                "CONVERSE | {'inputTokens':10,'outputTokens':5} | {'inputTokens':0,'outputTokens':0}"
            },
            quoteCharacter = '`')
    void zeroReplacesNoNumber(DialectSample sample, String first, String second) {
        List<Event> events =
                switch (sample) {
                    case CHAT ->
                        Event.all(
                                "{'choices':[{'delta':{'content':'x'},'finish_reason':'stop'}],'usage':" + first + "}",
                                "{'choices':[],'usage':" + second + "}");
                    case RESPONSES ->
                        Event.all("{'type':'response.completed','response':{'status':'completed','usage':" + first
                                + ",'output':[]}}");
                    case ANTHROPIC ->
                        Event.all(
                                "{'type':'message_start','message':{'id':'m','usage':" + first + "}}",
                                "{'type':'message_delta','delta':{'stop_reason':'end_turn'},'usage':" + second + "}");
                    case GEMINI ->
                        Event.all(
                                "{'candidates':[{'content':{'parts':[{'text':'x'}]},'finishReason':'STOP'}],'usageMetadata':"
                                        + first + "}",
                                "{'candidates':[],'usageMetadata':" + second + "}");
                    case OLLAMA ->
                        Event.all(
                                "{'message':{'content':'x'}," + first + "}",
                                "{'done':true,'done_reason':'stop'," + second + "}");
                    case COHERE ->
                        Event.all(
                                "{'type':'message-start','delta':{'usage':" + first + "}}",
                                "{'type':'message-end','delta':{'finish_reason':'COMPLETE','usage':" + second + "}}");
                    default ->
                        Event.named(
                                "messageStart {'usage':" + first + "}",
                                "messageStop {'stopReason':'end_turn'}",
                                "metadata {'usage':" + second + "}");
                };
        Usage usage = sample.decode(events).finished().usage();
        assertThat(List.of(usage.input(), usage.output())).containsExactly(10, 5);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'type':'local_shell'} | {'id':'i','type':'local_shell_call','call_id':'c','action':{'type':'exec','command':['ls']}} | local_shell | {'type':'exec','command':['ls']}",
                "{'type':'shell'} | {'id':'i','type':'shell_call','call_id':'c','action':{'commands':['ls']}} | shell | {'commands':['ls']}",
                "{'type':'apply_patch'} | {'id':'i','type':'apply_patch_call','call_id':'c','operation':{'type':'delete_file','path':'a'}} | apply_patch | {'type':'delete_file','path':'a'}",
                "{'type':'computer_use_preview'} | {'id':'i','type':'computer_call','call_id':'c','action':{'type':'click','x':1}} | computer | {'type':'click','x':1}",
                "{'type':'tool_search','execution':'client'} | {'id':'i','type':'tool_search_call','call_id':'c','arguments':{'goal':'g'}} | tool_search | {'goal':'g'}"
            })
    void callOfAVendorToolThatRunsAtTheCallerIsHandedOut(String tool, String item, String name, String arguments) {
        ChatRequest request = withTool(tool);
        OpenAiResponses dialect = new OpenAiResponses();
        byte[] body = bytes("{'status':'completed','output':[" + item + "]}");
        ChatResponse response = dialect.decode("p", request, body);
        assertThat(response.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
        ToolCall call = response.toolCalls().get(0);
        assertThat(call.withVendorData(null)).isEqualTo(new ToolCall("c", name, DialectSample.unquoted(arguments)));
        byte[] stream = DialectSample.RESPONSES.body(Event.all(
                "{'type':'response.output_item.added','output_index':0,'item':" + item + "}",
                "{'type':'response.output_item.done','output_index':0,'item':" + item + "}",
                COMPLETED));
        DecodedAnswer streamed = DecodedAnswer.of(dialect.framing(), dialect.decoder("p", request), stream);
        assertThat(streamed.response().blocks()).isEqualTo(response.blocks());
        assertThat(streamed.callsFromParts()).containsExactly(call.withVendorData(null));
        assertThat(dialect.decode("p", ChatRequest.of("m", "?"), body).toolCalls())
                .isEmpty();

        String next = new String(
                dialect.encode(
                        ChatRequest.of(
                                "m", List.of(Message.user("q"), response.message(), Message.toolResult(call, "done"))),
                        false),
                StandardCharsets.UTF_8);
        assertThat(next)
                .contains(
                        "\"type\":\"" + name + "_call\"",
                        "\"type\":\"" + name + "_call_output\"",
                        "\"output\":\"done\"");
    }

    @Test
    void resultThatIsAnOutputItemGoesBackAsItIs() {
        ToolCall call = new ToolCall(
                "c",
                "apply_patch",
                "{}",
                new VendorData(
                        "openai-responses",
                        DialectSample.unquoted("{'id':'i','type':'apply_patch_call','call_id':'c','operation':{}}")));
        String output = DialectSample.unquoted("{'type':'apply_patch_call_output','status':'completed'}");
        byte[] body = new OpenAiResponses()
                .encode(
                        ChatRequest.of(
                                "m",
                                List.of(
                                        Message.user("q"),
                                        new Message.Assistant(List.of(call)),
                                        Message.toolResult(call, output))),
                        false);
        assertThat(new String(body, StandardCharsets.UTF_8))
                .contains(DialectSample.unquoted(
                        "{'type':'apply_patch_call_output','status':'completed','call_id':'c'}"));
    }

    @Test
    void shellInAContainerOfTheVendorIsNoCall() {
        byte[] body = bytes(
                "{'status':'completed','output':[{'id':'i','type':'shell_call','call_id':'c','action':{'commands':['ls']}},"
                        + "{'type':'message','content':[{'type':'output_text','text':'Hello'}]}]}");
        ChatResponse response = new OpenAiResponses()
                .decode("p", withTool("{'type':'shell','environment':{'type':'container_auto'}}"), body);
        assertThat(response.toolCalls()).isEmpty();
        assertThat(response.text()).isEqualTo("Hello");
    }

    @Test
    void modelThatTookOverAtTheVendorIsReported() {
        DecodedAnswer answer = DialectSample.ANTHROPIC.decode(Event.all(
                "{'type':'message_start','message':{'id':'m','model':'asked','usage':{'input_tokens':3,'output_tokens':1}}}",
                "{'type':'content_block_start','index':0,'content_block':{'type':'fallback','from':{'model':'asked'},'to':{'model':'other'},'trigger':{'type':'refusal'}}}",
                "{'type':'content_block_stop','index':0}",
                "{'type':'content_block_start','index':1,'content_block':{'type':'text','text':'Hello'}}",
                "{'type':'content_block_stop','index':1}",
                "{'type':'message_delta','delta':{'stop_reason':'end_turn'},'usage':{'output_tokens':4,'iterations':[{'type':'message','model':'asked'},{'type':'fallback_message','model':'served'}]}}",
                "{'type':'message_stop'}"));
        assertThat(answer.text).hasToString("Hello");
        assertThat(answer.finished().vendorMetadata().model()).isEqualTo("served");
        ChatResponse whole = new Anthropic()
                .decode(
                        "p",
                        ChatRequest.of("asked", "?"),
                        bytes(
                                "{'type':'message','model':'asked','content':[{'type':'fallback','from':{'model':'asked'},'to':{'model':'other'}},{'type':'text','text':'Hello'}],'stop_reason':'refusal'}"));
        assertThat(whole.finish().vendorMetadata().model()).isEqualTo("other");
        assertThat(whole.finishReason()).isEqualTo(FinishReason.CONTENT_FILTER);
    }

    private static ChatRequest withTool(String tool) {
        Map<String, Object> fields = dev.understudy.provider.json.Json.object(DialectSample.unquoted(tool));
        return ChatRequest.of("m", "?").withExtra("openai-responses", "tools", List.of(fields));
    }

    private static ChatResponse whole(DialectSample sample, String json) {
        return sample.dialect.decode("p", DialectSample.REQUEST, bytes(json));
    }

    private static byte[] bytes(String quoted) {
        return DialectSample.unquoted(quoted).getBytes(StandardCharsets.UTF_8);
    }
}
