package dev.understudy.testing;

import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.StreamChunk;
import dev.understudy.testing.WireEvent.Sort;
import java.util.ArrayList;
import java.util.List;

/** Writes the items of one OpenAI response: opens and closes them around the content. */
final class OpenAiResponsesItemsFormat {

    /** Assigns sequence numbers to events, starting at 0. */
    static final class Numbers {
        private int next;

        WireEvent event(Sort sort, String type, String fields) {
            return WireEvent.event(
                    sort, type, "{\"type\":\"" + type + "\",\"sequence_number\":" + next++ + "," + fields + "}");
        }
    }

    private enum Kind {
        NONE,
        TEXT,
        REFUSAL,
        THOUGHT,
        CALL
    }

    private final Numbers numbers;
    private final List<WireEvent> events;
    private final List<String> output = new ArrayList<>();
    private final StringBuilder said = new StringBuilder();
    private Kind open = Kind.NONE;
    private String signature = "";
    private int call = -1;
    private String callId = "";
    private String tool = "";

    OpenAiResponsesItemsFormat(Numbers numbers, List<WireEvent> events) {
        this.numbers = numbers;
        this.events = events;
    }

    /** Completed items, as in a whole response. */
    String output() {
        return "[" + String.join(",", output) + "]";
    }

    void say(StreamChunk chunk) {
        if (chunk instanceof StreamChunk.Text text) {
            open(Kind.TEXT);
            delta("response.output_text.delta", "\"content_index\":0,", text.text());
        } else if (chunk instanceof StreamChunk.Refusal refusal) {
            open(Kind.REFUSAL);
            delta("response.refusal.delta", "\"content_index\":0,", refusal.refusal());
        } else if (chunk instanceof StreamChunk.Reasoning reasoning) {
            think(reasoning);
        } else if (chunk instanceof StreamChunk.ToolCallPart part) {
            call(part);
        }
    }

    private void think(StreamChunk.Reasoning reasoning) {
        open(Kind.THOUGHT);
        if (!reasoning.thought().isEmpty()) {
            delta("response.reasoning_summary_text.delta", "\"summary_index\":0,", reasoning.thought());
        }
        ReasoningBlock.Signature closes = reasoning.closes();
        if (closes != null) {
            signature = closes.value();
            close();
        }
    }

    private void call(StreamChunk.ToolCallPart part) {
        if (open != Kind.CALL || call != part.index()) {
            close();
            call = part.index();
            callId = part.id();
            tool = part.name();
            open(Kind.CALL);
        }
        if (!part.arguments().isEmpty()) {
            delta("response.function_call_arguments.delta", "", part.arguments());
        }
    }

    private void open(Kind kind) {
        if (open == kind) {
            return;
        }
        close();
        open = kind;
        // The event that names the tool counts as content.
        event(kind == Kind.CALL ? Sort.TOKEN : Sort.FRAME, "response.output_item.added", "", "\"item\":" + item(false));
        if (kind == Kind.TEXT || kind == Kind.REFUSAL) {
            event(Sort.FRAME, "response.content_part.added", itemId() + "\"content_index\":0,", "\"part\":" + part(""));
        }
    }

    private void delta(String type, String place, String words) {
        said.append(words);
        event(Sort.TOKEN, type, itemId() + place, "\"delta\":" + WireFormat.quote(words));
    }

    /** Completes the open item with events that repeat its content, as the vendor does. */
    void close() {
        if (open == Kind.NONE) {
            return;
        }
        String whole = WireFormat.quote(said.toString());
        switch (open) {
            case TEXT ->
                event(Sort.FRAME, "response.output_text.done", itemId() + "\"content_index\":0,", "\"text\":" + whole);
            case REFUSAL ->
                event(Sort.FRAME, "response.refusal.done", itemId() + "\"content_index\":0,", "\"refusal\":" + whole);
            case THOUGHT ->
                event(
                        Sort.FRAME,
                        "response.reasoning_summary_text.done",
                        itemId() + "\"summary_index\":0,",
                        "\"text\":" + whole);
            default -> event(Sort.FRAME, "response.function_call_arguments.done", itemId(), "\"arguments\":" + whole);
        }
        event(signature.isEmpty() ? Sort.FRAME : Sort.TOKEN, "response.output_item.done", "", "\"item\":" + item(true));
        output.add(item(true));
        said.setLength(0);
        signature = "";
        open = Kind.NONE;
    }

    private void event(Sort sort, String type, String place, String fields) {
        events.add(numbers.event(sort, type, place + "\"output_index\":" + output.size() + "," + fields));
    }

    private String id() {
        return "\"item_stage" + output.size() + "\"";
    }

    private String itemId() {
        return "\"item_id\":" + id() + ",";
    }

    private String part(String words) {
        return open == Kind.TEXT
                ? "{\"type\":\"output_text\",\"annotations\":[],\"text\":" + WireFormat.quote(words) + "}"
                : "{\"type\":\"refusal\",\"refusal\":" + WireFormat.quote(words) + "}";
    }

    private String item(boolean whole) {
        String head = "{\"id\":" + id() + ",\"status\":\"" + (whole ? "completed" : "in_progress") + "\",";
        String words = said.toString();
        return switch (open) {
            case CALL ->
                head + "\"type\":\"function_call\",\"call_id\":" + WireFormat.quote(callId) + ",\"name\":"
                        + WireFormat.quote(tool) + ",\"arguments\":" + WireFormat.quote(words) + "}";
            case THOUGHT ->
                head + "\"type\":\"reasoning\""
                        + (signature.isEmpty() ? "" : ",\"encrypted_content\":" + WireFormat.quote(signature))
                        + ",\"summary\":"
                        + (words.isEmpty()
                                ? "[]"
                                : "[{\"type\":\"summary_text\",\"text\":" + WireFormat.quote(words) + "}]")
                        + "}";
            default ->
                head + "\"type\":\"message\",\"role\":\"assistant\",\"content\":"
                        + (whole ? "[" + part(words) + "]" : "[]") + "}";
        };
    }
}
