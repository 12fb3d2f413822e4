package dev.understudy.streaming;

import dev.understudy.chat.ToolCall;
import java.util.List;
import java.util.function.UnaryOperator;

/** Chat Completions. */
final class OpenAiEvents extends AnswerEvents {

    OpenAiEvents(UnaryOperator<String> quoting) {
        super(quoting);
    }

    @Override
    void open() {
        add(delta("{\"role\":\"assistant\",\"content\":\"\"}", "null"));
    }

    @Override
    void text(String words) {
        say(delta("{\"content\":" + quoted(words) + "}", "null"));
    }

    @Override
    void thought(String words) {
        say(delta("{\"reasoning_content\":" + quoted(words) + "}", "null"));
    }

    @Override
    void call(int index, ToolCall call, List<String> fragments) {
        String id = "\"id\":" + quoted(call.id()) + ",\"type\":\"function\",";
        say(delta(tool(index, id, "\"name\":" + quoted(call.name()) + ",", ""), "null"));
        fragments.forEach(fragment -> say(delta(tool(index, "", "", fragment), "null")));
    }

    @Override
    void end(boolean calls) {
        add(delta("{}", calls ? "\"tool_calls\"" : "\"stop\""));
        add("data: {\"id\":\"c\",\"model\":\"m\",\"choices\":[],\"usage\":{\"prompt_tokens\":7,"
                + "\"completion_tokens\":9,\"total_tokens\":16}}\n\n");
        add("data: [DONE]\n\n");
    }

    @Override
    String error() {
        return "data: {\"error\":{\"message\":\"Overloaded\",\"type\":\"overloaded_error\",\"code\":null}}\n\n";
    }

    private static String delta(String delta, String finish) {
        return "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"model\":\"m\",\"choices\":[{\"index\":0,"
                + "\"delta\":" + delta + ",\"finish_reason\":" + finish + "}]}\n\n";
    }

    private String tool(int index, String id, String name, String fragment) {
        return "{\"tool_calls\":[{\"index\":" + index + "," + id + "\"function\":{" + name + "\"arguments\":"
                + quoted(fragment) + "}}]}";
    }
}
