package dev.understudy.streaming;

import dev.understudy.chat.ToolCall;
import java.util.List;
import java.util.function.UnaryOperator;

/** Messages, with one block for each stretch of the same sort. */
final class AnthropicEvents extends AnswerEvents {

    private int block = -1;
    private String open = "";

    AnthropicEvents(UnaryOperator<String> quoting) {
        super(quoting);
    }

    @Override
    void open() {
        add(event(
                "message_start",
                "\"message\":{\"id\":\"msg\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m\","
                        + "\"content\":[],\"stop_reason\":null,\"usage\":{\"input_tokens\":7,\"output_tokens\":1}}"));
        add(event("ping", ""));
    }

    @Override
    void text(String words) {
        begin("text", "{\"type\":\"text\",\"text\":\"\"}");
        say(delta("text_delta", "text", words));
    }

    @Override
    void thought(String words) {
        begin("thinking", "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}");
        say(delta("thinking_delta", "thinking", words));
    }

    @Override
    void call(int index, ToolCall call, List<String> fragments) {
        close();
        block++;
        say(start("{\"type\":\"tool_use\",\"id\":" + quoted(call.id()) + ",\"name\":" + quoted(call.name())
                + ",\"input\":{}}"));
        open = "tool_use";
        fragments.forEach(fragment -> say(delta("input_json_delta", "partial_json", fragment)));
    }

    @Override
    void close() {
        if (!open.isEmpty()) {
            add(event("content_block_stop", "\"index\":" + block));
            open = "";
        }
    }

    @Override
    void end(boolean calls) {
        add(event(
                "message_delta",
                "\"delta\":{\"stop_reason\":\"" + (calls ? "tool_use" : "end_turn")
                        + "\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":9}"));
        add(event("message_stop", ""));
    }

    @Override
    String error() {
        return event("error", "\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}");
    }

    private void begin(String sort, String content) {
        if (!open.equals(sort)) {
            close();
            block++;
            add(start(content));
            open = sort;
        }
    }

    private String start(String content) {
        return event("content_block_start", "\"index\":" + block + ",\"content_block\":" + content);
    }

    private String delta(String type, String field, String words) {
        return event(
                "content_block_delta",
                "\"index\":" + block + ",\"delta\":{\"type\":\"" + type + "\",\"" + field + "\":" + quoted(words)
                        + "}");
    }

    private static String event(String name, String fields) {
        return "event: " + name + "\ndata: {\"type\":\"" + name + "\"" + (fields.isEmpty() ? "" : "," + fields)
                + "}\n\n";
    }
}
