package dev.understudy.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.ToolCall;
import dev.understudy.provider.DialectSample.Event;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tool calls as many servers send them: in fragments, at another index, with a placeholder, twice. Each is decoded
 * whole or fails as TOOL_REJECTED; never with {@code {}} in place of arguments, never without a name.
 */
class ToolCallHabitsTest {

    private static final ToolCall WEATHER = new ToolCall("call_a", "get_weather", "{\"city\":\"Bern\"}");
    private static final String CITY = "{\\'city\\':\\'Bern\\'}";

    private static Stream<Arguments> wholeCalls() {
        return Stream.of(
                chat(
                        "name in fragments",
                        "{'index':0,'id':'call_a','function':{'name':'get_','arguments':''}}",
                        "{'index':0,'function':{'name':'weather'}}",
                        "{'index':0,'function':{'arguments':'" + CITY + "'}}"),
                chat(
                        "name in three fragments with the id in each",
                        "{'index':0,'id':'call_a','function':{'name':'get'}}",
                        "{'index':0,'id':'call_a','function':{'name':'_wea'}}",
                        "{'index':0,'id':'call_a','function':{'name':'ther','arguments':'" + CITY + "'}}"),
                chat(
                        "name that grows",
                        "{'index':0,'id':'call_a','function':{'name':'get_'}}",
                        "{'index':0,'function':{'name':'get_weather'}}",
                        "{'index':0,'function':{'arguments':'" + CITY + "'}}"),
                chat(
                        "id in fragments",
                        "{'index':0,'id':'call'}",
                        "{'index':0,'id':'_a'}",
                        "{'index':0,'function':{'name':'get_weather','arguments':'" + CITY + "'}}"),
                chat(
                        "id, name and arguments apart",
                        "{'index':0,'id':'call_a','type':'function','function':{}}",
                        "{'index':0,'function':{'name':'get_weather'}}",
                        "{'index':0,'function':{'arguments':'" + CITY + "'}}"),
                chat(
                        "arguments at another index",
                        "{'index':0,'id':'call_a','function':{'name':'get_weather','arguments':''}}",
                        "{'index':1,'function':{'arguments':'{\\'city\\':'}}",
                        "{'index':1,'function':{'arguments':'\\'Bern\\'}'}}"),
                chat(
                        "placeholder before the arguments",
                        "{'index':0,'id':'call_a','function':{'name':'get_weather','arguments':'{}'}}",
                        "{'index':0,'function':{'arguments':'" + CITY + "'}}"),
                chat(
                        "null before the arguments",
                        "{'index':0,'id':'call_a','function':{'name':'get_weather','arguments':'null'}}",
                        "{'index':0,'function':{'arguments':'" + CITY + "'}}"),
                chat(
                        "empty JSON string before the arguments",
                        "{'index':0,'id':'call_a','function':{'name':'get_weather','arguments':'\\'\\''}}",
                        "{'index':0,'function':{'arguments':'" + CITY + "'}}"),
                chat(
                        "placeholder with id and name repeated",
                        "{'index':0,'id':'call_a','function':{'name':'get_weather','arguments':'{}'}}",
                        "{'index':0,'id':'call_a','function':{'name':'get_weather','arguments':'" + CITY + "'}}"),
                chat(
                        "placeholder behind the arguments",
                        "{'index':0,'id':'call_a','function':{'name':'get_weather','arguments':'" + CITY + "'}}",
                        "{'index':0,'function':{'arguments':'{}'}}"),
                chat(
                        "call that is sent twice",
                        "{'index':0,'id':'call_a','function':{'name':'get_weather','arguments':'" + CITY + "'}}",
                        "{'index':0,'id':'call_a','function':{'name':'get_weather','arguments':'" + CITY + "'}}"),
                chat(
                        "arguments that are sent twice in fragments",
                        "{'index':0,'id':'call_a','function':{'name':'get_weather','arguments':'" + CITY + "'}}",
                        "{'index':0,'function':{'arguments':'{\\'city\\':'}}",
                        "{'index':0,'function':{'arguments':'\\'Bern\\'}'}}"),
                chat(
                        "arguments as an object",
                        "{'index':0,'id':'call_a','function':{'name':'get_weather','arguments':{'city':'Bern'}}}"),
                anthropic(
                        "placeholder before the arguments",
                        tool(0),
                        json(0, "{}"),
                        json(0, CITY),
                        "{'type':'content_block_stop','index':0}"),
                anthropic("arguments at another index", tool(0), json(1, "{\\'city\\':"), json(1, "\\'Bern\\'}")),
                anthropic(
                        "arguments twice",
                        tool(0),
                        json(0, CITY),
                        json(0, CITY),
                        "{'type':'content_block_stop','index':0}"),
                anthropic(
                        "arguments in the beginning",
                        tool(0).replace("'input':{}", "'input':{'city':'Bern'}"),
                        "{'type':'content_block_stop','index':0}"),
                anthropic("block that begins twice", tool(0), tool(0), json(0, CITY)),
                converse(
                        "delta without start",
                        "contentBlockDelta {'contentBlockIndex':0,'delta':{'toolUse':{'toolUseId':'call_a','name':'get_weather','input':'"
                                + CITY + "'}}}"),
                converse("arguments at another index", start(0), input(1, "{\\'city\\':"), input(1, "\\'Bern\\'}")),
                converse("placeholder before the arguments", start(0), input(0, "{}"), input(0, CITY)),
                converse(
                        "arguments twice",
                        start(0),
                        input(0, CITY),
                        input(0, CITY),
                        "contentBlockStop {'contentBlockIndex':0}"),
                cohere("placeholder before the arguments", begin(0, "{}"), goOn(0, CITY)),
                cohere("arguments at another index", begin(0, ""), goOn(1, CITY)),
                cohere("call that begins twice", begin(0, ""), begin(0, ""), goOn(0, CITY)),
                responses("placeholder in the last event", added(0, ""), delta(0, CITY), done(0, "{}")),
                responses("placeholder in the first event", added(0, "{}"), delta(0, CITY)),
                responses("placeholder in a delta", added(0, ""), delta(0, "{}"), delta(0, CITY)),
                responses("arguments in the last event", added(0, ""), done(0, CITY)),
                responses("arguments of an unknown item", added(0, ""), delta(1, CITY)),
                responses("arguments before the beginning", delta(0, CITY), added(0, ""), done(0, "")),
                responses("item that is done twice", added(0, ""), delta(0, CITY), done(0, CITY), done(0, CITY)),
                responses("item without a beginning", done(0, CITY)),
                responses("name in the last event", added(0, "").replace("'name':'get_weather',", ""), done(0, CITY)),
                Arguments.of(
                        DialectSample.GEMINI,
                        "call that is sent twice",
                        Event.all(gemini("{'id':'call_a','name':'get_weather','args':{'city':'Bern'}}"))),
                Arguments.of(
                        DialectSample.OLLAMA,
                        "call that is sent twice",
                        Event.all(
                                "{'message':{'tool_calls':[{'id':'call_a','function':{'name':'get_weather','arguments':{'city':'Bern'}}}]}}",
                                "{'message':{'tool_calls':[{'id':'call_a','function':{'name':'get_weather','arguments':{'city':'Bern'}}}]}}",
                                "{'message':{'content':''},'done':true,'done_reason':'stop'}")));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("wholeCalls")
    void callIsDecodedWhole(DialectSample sample, String what, List<Event> events) {
        DecodedAnswer answer = sample.decode(events);
        assertThat(answer.failure).isNull();
        assertThat(answer.toolCalls).containsExactly(WEATHER);
        assertThat(answer.callsFromParts()).containsExactly(WEATHER);
    }

    private static Stream<Arguments> brokenCalls() {
        return Stream.of(
                chat("no name", "{'index':0,'id':'call_a','function':{'arguments':'" + CITY + "'}}"),
                chat(
                        "arguments of one of two calls",
                        "{'index':0,'id':'a','function':{'name':'get_weather','arguments':''}}",
                        "{'index':1,'id':'b','function':{'name':'get_time','arguments':''}}",
                        "{'index':2,'function':{'arguments':'" + CITY + "'}}"),
                chat(
                        "arguments of two calls",
                        "{'index':0,'id':'call_a','function':{'name':'get_weather','arguments':'" + CITY + "'}}",
                        "{'index':0,'function':{'arguments':'{\\'zone\\':7}'}}"),
                anthropic("no name", tool(0).replace("get_weather", ""), json(0, CITY)),
                anthropic("block that never began", json(0, CITY)),
                anthropic(
                        "arguments in a text",
                        "{'type':'content_block_start','index':0,'content_block':{'type':'text','text':''}}",
                        json(0, CITY)),
                anthropic(
                        "arguments after the call", tool(0), "{'type':'content_block_stop','index':0}", json(0, CITY)),
                converse("no name", start(0).replace("get_weather", ""), input(0, CITY)),
                converse("block that never began", input(0, CITY)),
                converse(
                        "arguments after the call",
                        start(0),
                        "contentBlockStop {'contentBlockIndex':0}",
                        input(0, CITY)),
                cohere("no name", begin(0, "").replace("get_weather", ""), goOn(0, CITY)),
                cohere("call that never began", goOn(0, CITY)),
                responses("no name", added(0, "").replace("'name':'get_weather',", ""), delta(0, CITY)),
                responses("item that never began", delta(0, CITY)),
                Arguments.of(
                        DialectSample.GEMINI, "no name", Event.all(gemini("{'id':'call_a','args':{'city':'Bern'}}"))),
                Arguments.of(
                        DialectSample.OLLAMA,
                        "no name",
                        Event.all(
                                "{'message':{'tool_calls':[{'function':{'arguments':{'city':'Bern'}}}]}}",
                                "{'message':{'content':''},'done':true,'done_reason':'stop'}")));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("brokenCalls")
    void callThatCannotBeHandedOutFails(DialectSample sample, String what, List<Event> events) {
        DecodedAnswer answer = sample.decode(events);
        assertThat(answer.kind()).isEqualTo(FailureKind.TOOL_REJECTED);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CHAT | {'choices':[{'message':{'tool_calls':[{'id':'a','function':{'arguments':'{~x~:1}'}}]},'finish_reason':'tool_calls'}]}",
                "CHAT | {'choices':[{'message':{'tool_calls':[{'id':'a','function':{'arguments':'{}'}}]},'finish_reason':'tool_calls'}]}",
                "RESPONSES | {'status':'completed','output':[{'type':'function_call','call_id':'a','arguments':'{~x~:1}'}]}",
                "INTERACTIONS | {'object':'interaction','status':'requires_action','steps':[{'type':'function_call','id':'a','arguments':{}}]}",
                "ANTHROPIC | {'type':'message','content':[{'type':'tool_use','id':'a','input':{'x':1}}],'stop_reason':'tool_use'}",
                "GEMINI | {'candidates':[{'content':{'parts':[{'functionCall':{'args':{'x':1}}}]},'finishReason':'STOP'}]}",
                "OLLAMA | {'message':{'tool_calls':[{'function':{'arguments':{'x':1}}}]},'done':true}",
                "COHERE | {'message':{'tool_calls':[{'id':'a','function':{'arguments':'{~x~:1}'}}]},'finish_reason':'TOOL_CALL'}",
                "CONVERSE | {'output':{'message':{'content':[{'toolUse':{'toolUseId':'a','input':{'x':1}}}]}},'stopReason':'tool_use'}"
            },
            quoteCharacter = '`')
    void wholeAnswerWithANamelessCallFails(DialectSample sample, String body) {
        byte[] bytes = DialectSample.unquoted(body.replace("~", "\\'")).getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> sample.dialect.decode("p", DialectSample.REQUEST, bytes))
                .isInstanceOfSatisfying(
                        CallFailed.class,
                        failed -> assertThat(failed.failure().kind()).isEqualTo(FailureKind.TOOL_REJECTED));
    }

    @ParameterizedTest
    @EnumSource
    void callWithoutArgumentsStaysWithoutThem(DialectSample sample) {
        UnaryOperator<String> without = json -> json.replace("{\\\"city\\\":", "")
                .replace("\\\"Bern\\\"}", "")
                .replace("\"arguments\":\"\"}}", "\"arguments\":\"\"}}")
                .replace("{\"city\":\"Bern\"}", "{}");
        List<Event> events = new ArrayList<>();
        sample.events().forEach(event -> events.add(event.with(without.apply(event.json()))));
        DecodedAnswer answer = sample.decode(events);
        assertThat(answer.toolCalls).hasSize(2);
        assertThat(answer.toolCalls.get(0).arguments()).isIn("", "{}");
        assertThat(answer.toolCalls.get(1)).isEqualTo(new ToolCall("call_b", "get_time", "{\"zone\":7}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "''"})
    void placeholderAloneIsAnEmptyObject(String placeholder) {
        DecodedAnswer answer = DialectSample.CHAT.decode(Event.all(
                calls("{'index':0,'id':'a','function':{'name':'get_time','arguments':'"
                        + placeholder.replace("'", "\\'") + "'}}"),
                "{'choices':[{'index':0,'delta':{},'finish_reason':'tool_calls'}]}"));
        assertThat(answer.toolCalls).containsExactly(new ToolCall("a", "get_time", "{}"));
    }

    @Test
    void toolWhoseNameBeginsLikeAnotherIsNotJoined() {
        DecodedAnswer answer = DialectSample.CHAT.decode(Event.all(
                calls("{'index':0,'function':{'name':'get_time','arguments':''}}"),
                calls("{'index':0,'function':{'name':'get_weather','arguments':'" + CITY + "'}}"),
                "{'choices':[{'index':0,'delta':{},'finish_reason':'tool_calls'}]}"));
        assertThat(answer.toolCalls).extracting(ToolCall::name).containsExactly("get_time", "get_weather");
    }

    private static Arguments chat(String what, String... pieces) {
        List<String> events = new ArrayList<>();
        Stream.of(pieces).map(ToolCallHabitsTest::calls).forEach(events::add);
        events.add("{'choices':[{'index':0,'delta':{},'finish_reason':'tool_calls'}]}");
        return Arguments.of(DialectSample.CHAT, what, Event.all(events.toArray(String[]::new)));
    }

    private static String calls(String piece) {
        return "{'choices':[{'index':0,'delta':{'tool_calls':[" + piece + "]}}]}";
    }

    private static Arguments anthropic(String what, String... events) {
        List<String> all = new ArrayList<>(List.of(events));
        all.add("{'type':'message_delta','delta':{'stop_reason':'tool_use'}}");
        all.add("{'type':'message_stop'}");
        return Arguments.of(DialectSample.ANTHROPIC, what, Event.all(all.toArray(String[]::new)));
    }

    private static String tool(int index) {
        return "{'type':'content_block_start','index':" + index
                + ",'content_block':{'type':'tool_use','id':'call_a','name':'get_weather','input':{}}}";
    }

    private static String json(int index, String json) {
        return "{'type':'content_block_delta','index':" + index + ",'delta':{'type':'input_json_delta','partial_json':'"
                + json + "'}}";
    }

    private static Arguments converse(String what, String... events) {
        List<String> all = new ArrayList<>(List.of(events));
        all.add("messageStop {'stopReason':'tool_use'}");
        return Arguments.of(DialectSample.CONVERSE, what, Event.named(all.toArray(String[]::new)));
    }

    private static String start(int index) {
        return "contentBlockStart {'contentBlockIndex':" + index
                + ",'start':{'toolUse':{'toolUseId':'call_a','name':'get_weather'}}}";
    }

    private static String input(int index, String json) {
        return "contentBlockDelta {'contentBlockIndex':" + index + ",'delta':{'toolUse':{'input':'" + json + "'}}}";
    }

    private static Arguments cohere(String what, String... events) {
        List<String> all = new ArrayList<>(List.of(events));
        all.add("{'type':'message-end','delta':{'finish_reason':'TOOL_CALL'}}");
        return Arguments.of(DialectSample.COHERE, what, Event.all(all.toArray(String[]::new)));
    }

    private static String begin(int index, String arguments) {
        return "{'type':'tool-call-start','index':" + index
                + ",'delta':{'message':{'tool_calls':{'id':'call_a','function':{'name':'get_weather','arguments':'"
                + arguments + "'}}}}}";
    }

    private static String goOn(int index, String arguments) {
        return "{'type':'tool-call-delta','index':" + index
                + ",'delta':{'message':{'tool_calls':{'function':{'arguments':'" + arguments + "'}}}}}";
    }

    private static Arguments responses(String what, String... events) {
        List<String> all = new ArrayList<>(List.of(events));
        all.add("{'type':'response.completed','response':{'status':'completed','output':[]}}");
        return Arguments.of(DialectSample.RESPONSES, what, Event.all(all.toArray(String[]::new)));
    }

    private static String added(int index, String arguments) {
        return item("added", index, arguments);
    }

    private static String done(int index, String arguments) {
        return item("done", index, arguments);
    }

    private static String item(String what, int index, String arguments) {
        return "{'type':'response.output_item." + what + "','output_index':" + index
                + ",'item':{'id':'fc_1','type':'function_call','call_id':'call_a','name':'get_weather','arguments':'"
                + arguments + "'}}";
    }

    private static String delta(int index, String arguments) {
        return "{'type':'response.function_call_arguments.delta','output_index':" + index + ",'delta':'" + arguments
                + "'}";
    }

    private static String[] gemini(String call) {
        String chunk = "{'candidates':[{'content':{'parts':[{'functionCall':" + call + "}]}}]}";
        return new String[] {chunk, chunk, "{'candidates':[{'content':{'parts':[]},'finishReason':'STOP'}]}"};
    }
}
