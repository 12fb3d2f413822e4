package dev.understudy.testing;

import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.testing.WireEvent.Sort;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Writes Ollama's chat: one JSON object a line. */
final class OllamaFormat implements WireFormat {

    @Override
    public String idHeader() {
        return "x-request-id";
    }

    @Override
    public String streamType() {
        return "application/x-ndjson";
    }

    @Override
    public List<WireEvent> events(Answer answer, Form form, Question asked) {
        List<WireEvent> events = new ArrayList<>();
        for (StreamChunk chunk : answer.undivided()) {
            String field = field(chunk);
            if (!field.isEmpty()) {
                events.add(line(Sort.TOKEN, head(answer, asked, field) + ",\"done\":false}"));
            }
        }
        if (form.finish()) {
            events.add(line(Sort.FRAME, head(answer, asked, "\"content\":\"\"") + end(answer)));
        }
        return events;
    }

    private static WireEvent line(Sort sort, String json) {
        return WireEvent.of(sort, json + "\n");
    }

    private static String field(StreamChunk chunk) {
        if (chunk instanceof StreamChunk.Text text) {
            return "\"content\":" + WireFormat.quote(text.text());
        }
        if (chunk instanceof StreamChunk.Refusal refusal) {
            return "\"content\":" + WireFormat.quote(refusal.refusal());
        }
        if (chunk instanceof StreamChunk.Reasoning reasoning) {
            return reasoning.thought().isEmpty()
                    ? ""
                    : "\"content\":\"\",\"thinking\":" + WireFormat.quote(reasoning.thought());
        }
        return chunk instanceof StreamChunk.ToolCallDone done
                ? "\"content\":\"\",\"tool_calls\":[" + call(done.call()) + "]"
                : "";
    }

    private static String call(ToolCall call) {
        return "{\"id\":" + WireFormat.quote(call.id()) + ",\"function\":{\"name\":" + WireFormat.quote(call.name())
                + ",\"arguments\":" + WireFormat.object(call.arguments()) + "}}";
    }

    @Override
    public String whole(Answer answer, Form form, Question asked) {
        StringBuilder message =
                new StringBuilder("\"content\":").append(WireFormat.quote(answer.text() + answer.refusal()));
        if (!answer.thoughts().isEmpty()) {
            message.append(",\"thinking\":")
                    .append(WireFormat.quote(
                            answer.thoughts().stream().map(ReasoningBlock::text).collect(Collectors.joining())));
        }
        if (!answer.toolCalls().isEmpty()) {
            message.append(answer.toolCalls().stream()
                    .map(OllamaFormat::call)
                    .collect(Collectors.joining(",", ",\"tool_calls\":[", "]")));
        }
        return head(answer, asked, message.toString()) + (form.finish() ? end(answer) : ",\"done\":false}");
    }

    private static String head(Answer answer, Question asked, String fields) {
        String model = answer.vendorMetadata().model();
        return "{\"model\":" + WireFormat.quote(model != null ? model : asked.model())
                + ",\"created_at\":\"2026-01-01T00:00:00Z\",\"message\":{\"role\":\"assistant\"," + fields + "}";
    }

    private static String end(Answer answer) {
        return ",\"done\":true,\"done_reason\":" + WireFormat.quote(word(answer)) + ",\"prompt_eval_count\":"
                + answer.used().input() + ",\"eval_count\":" + answer.used().output() + "}";
    }

    private static String word(Answer answer) {
        String word = answer.vendorMetadata().finishReason();
        if (word != null) {
            return word;
        }
        return switch (answer.finishReason()) {
            case STOP, TOOL_CALLS, PAUSE -> "stop";
            case LENGTH -> "length";
            case CONTENT_FILTER, OTHER -> "other";
            case ERROR -> "error";
        };
    }

    /** Returns the list of models that a probe requests. */
    static String models() {
        return "{\"models\":[{\"name\":\"stage\",\"model\":\"stage\"}]}";
    }

    @Override
    public String error(int status, Trouble trouble, Question asked) {
        String message = trouble.message() != null
                ? trouble.message()
                : switch (status) {
                    case 404 -> "model '" + asked.model() + "' not found";
                    case 503 -> "server busy, please try again.  maximum pending requests exceeded";
                    default -> "The scripted server answers with " + status + ".";
                };
        return "{\"error\":" + WireFormat.quote(message) + "}";
    }

    @Override
    public WireEvent inBand(Trouble trouble) {
        return line(Sort.FRAME, error(500, trouble, new Question("", true, false, false, -1)));
    }

    @Override
    public WireEvent ping() {
        return WireEvent.of(Sort.PING, "\n");
    }

    @Override
    public WireEvent garbled() {
        return line(Sort.FRAME, "{\"model\":\"stage\",\"message\":{\"role\":\"assistant\",\"content\":\"Half a");
    }
}
