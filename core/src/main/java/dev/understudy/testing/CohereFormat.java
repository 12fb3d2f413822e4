package dev.understudy.testing;

import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Usage;
import dev.understudy.testing.WireEvent.Sort;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Writes Cohere's chat, version 2. A redacted reasoning signature is the tool plan, which this vendor sends before calls;
 * any other signature is left out.
 */
final class CohereFormat implements WireFormat {

    @Override
    public String idHeader() {
        return "x-debug-trace-id";
    }

    @Override
    public List<WireEvent> events(Answer answer, Form form, Question asked) {
        List<WireEvent> events = new ArrayList<>();
        events.add(event(
                Sort.FRAME,
                "message-start",
                "\"id\":" + WireFormat.quote(id(answer)) + ",\"delta\":{\"message\":{\"role\":\"assistant\"}}"));
        Parts parts = new Parts(events);
        answer.deltas().forEach(parts::say);
        parts.close();
        if (form.finish()) {
            events.add(event(
                    Sort.FRAME,
                    "message-end",
                    "\"delta\":{\"finish_reason\":" + WireFormat.quote(word(answer)) + ",\"usage\":"
                            + usage(answer.used()) + "}"));
        }
        if (form.terminal()) {
            events.add(WireEvent.data(Sort.FRAME, "[DONE]"));
        }
        return events;
    }

    private static WireEvent event(Sort sort, String type, String fields) {
        return WireEvent.event(sort, type, "{\"type\":\"" + type + "\"," + fields + "}");
    }

    /** Opens and closes parts of the content and calls. */
    private static final class Parts {
        private final List<WireEvent> events;
        private String open = "";
        private int index = -1;

        Parts(List<WireEvent> events) {
            this.events = events;
        }

        void say(StreamChunk chunk) {
            if (chunk instanceof StreamChunk.Text text) {
                content("text", text.text());
            } else if (chunk instanceof StreamChunk.Refusal refusal) {
                content("text", refusal.refusal());
            } else if (chunk instanceof StreamChunk.Reasoning reasoning) {
                if (!reasoning.thought().isEmpty()) {
                    content("thinking", reasoning.thought());
                }
                String plan = plan(reasoning.closes());
                if (!plan.isEmpty()) {
                    close();
                    message(Sort.TOKEN, "tool-plan-delta", "", "\"tool_plan\":" + WireFormat.quote(plan));
                }
            } else if (chunk instanceof StreamChunk.ToolCallPart part) {
                call(part);
            }
        }

        private void content(String type, String words) {
            if (!open.equals(type)) {
                close();
                open = type;
                index++;
                message(
                        Sort.FRAME,
                        "content-start",
                        at(),
                        "\"content\":{\"type\":\"" + type + "\",\"" + type + "\":\"\"}");
            }
            message(
                    Sort.TOKEN,
                    "content-delta",
                    at(),
                    "\"content\":{\"" + type + "\":" + WireFormat.quote(words) + "}");
        }

        private void call(StreamChunk.ToolCallPart part) {
            String kind = "call" + part.index();
            if (!open.equals(kind)) {
                close();
                open = kind;
                index++;
                message(
                        Sort.TOKEN,
                        "tool-call-start",
                        at(),
                        "\"tool_calls\":" + CohereFormat.call(part.id(), part.name(), part.arguments()));
            } else if (!part.arguments().isEmpty()) {
                message(
                        Sort.TOKEN,
                        "tool-call-delta",
                        at(),
                        "\"tool_calls\":{\"function\":{\"arguments\":" + WireFormat.quote(part.arguments()) + "}}");
            }
        }

        void close() {
            if (!open.isEmpty()) {
                String type = open.startsWith("call") ? "tool-call-end" : "content-end";
                events.add(event(Sort.FRAME, type, "\"index\":" + index));
                open = "";
            }
        }

        private String at() {
            return "\"index\":" + index + ",";
        }

        private void message(Sort sort, String type, String place, String fields) {
            events.add(event(sort, type, place + "\"delta\":{\"message\":{" + fields + "}}"));
        }
    }

    /** Returns the tool plan that ends with this signature; "" without one. */
    private static String plan(ReasoningBlock.@Nullable Signature signature) {
        return signature != null && signature.redacted() ? signature.value() : "";
    }

    private static String call(String id, String name, String arguments) {
        return "{\"id\":" + WireFormat.quote(id) + ",\"type\":\"function\",\"function\":{\"name\":"
                + WireFormat.quote(name) + ",\"arguments\":" + WireFormat.quote(arguments) + "}}";
    }

    @Override
    public String whole(Answer answer, Form form, Question asked) {
        StringBuilder message = new StringBuilder("{\"role\":\"assistant\"");
        for (ReasoningBlock reasoning : answer.thoughts()) {
            String plan = plan(reasoning.signature());
            if (!plan.isEmpty()) {
                message.append(",\"tool_plan\":").append(WireFormat.quote(plan));
            }
        }
        List<String> content = new ArrayList<>();
        String thinking = answer.thoughts().stream().map(ReasoningBlock::text).collect(Collectors.joining());
        if (!thinking.isEmpty()) {
            content.add("{\"type\":\"thinking\",\"thinking\":" + WireFormat.quote(thinking) + "}");
        }
        String text = answer.text() + answer.refusal();
        if (!text.isEmpty()) {
            content.add("{\"type\":\"text\",\"text\":" + WireFormat.quote(text) + "}");
        }
        if (!content.isEmpty()) {
            message.append(",\"content\":[").append(String.join(",", content)).append(']');
        }
        List<ToolCall> calls = answer.toolCalls();
        if (!calls.isEmpty()) {
            message.append(calls.stream()
                    .map(call -> call(call.id(), call.name(), call.arguments()))
                    .collect(Collectors.joining(",", ",\"tool_calls\":[", "]")));
        }
        return "{\"id\":" + WireFormat.quote(id(answer)) + ",\"message\":" + message + "}"
                + (form.finish() ? ",\"finish_reason\":" + WireFormat.quote(word(answer)) : "") + ",\"usage\":"
                + usage(answer.used()) + "}";
    }

    private static String id(Answer answer) {
        String id = answer.vendorMetadata().id();
        return id != null ? id : "stage";
    }

    private static String usage(Usage usage) {
        String tokens = "{\"input_tokens\":" + usage.input() + ",\"output_tokens\":" + usage.output() + "}";
        return "{\"billed_units\":" + tokens + ",\"tokens\":" + tokens + ",\"cached_tokens\":" + usage.cachedInput()
                + "}";
    }

    private static String word(Answer answer) {
        String word = answer.vendorMetadata().finishReason();
        if (word != null) {
            return word;
        }
        return switch (answer.finishReason()) {
            case STOP, PAUSE -> "COMPLETE";
            case LENGTH -> "MAX_TOKENS";
            case TOOL_CALLS -> "TOOL_CALL";
            case CONTENT_FILTER -> "ERROR_TOXIC";
            case ERROR -> "ERROR";
            case OTHER -> "OTHER";
        };
    }

    @Override
    public String error(int status, Trouble trouble, Question asked) {
        String message = trouble.message() != null
                ? trouble.message()
                : switch (status) {
                    case 401 -> "invalid api token";
                    case 404 -> "model '" + asked.model() + "' not found";
                    default -> "The scripted server answers with " + status + ".";
                };
        return "{\"id\":\"stage\",\"message\":" + WireFormat.quote(message) + "}";
    }

    @Override
    public WireEvent inBand(Trouble trouble) {
        return event(
                Sort.FRAME,
                "message-end",
                "\"delta\":{\"error\":" + WireFormat.quote(trouble.message()) + ",\"error_type\":"
                        + WireFormat.quote(trouble.type()) + ",\"finish_reason\":\"ERROR\"}");
    }

    @Override
    public WireEvent ping() {
        return WireEvent.of(Sort.PING, ": keep-alive\n\n");
    }

    @Override
    public WireEvent garbled() {
        return WireEvent.event(
                Sort.FRAME,
                "content-delta",
                "{\"type\":\"content-delta\",\"index\":0,\"delta\":{\"message\":{\"content\":{\"text\":\"Half a");
    }
}
