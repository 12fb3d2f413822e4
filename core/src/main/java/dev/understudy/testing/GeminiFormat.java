package dev.understudy.testing;

import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Usage;
import dev.understudy.testing.WireEvent.Sort;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Writes Gemini's generateContent. A reasoning signature is sent with the call that follows, or else with a part of the
 * reasoning.
 */
final class GeminiFormat implements WireFormat {

    private static final Map<Integer, String> STATUSES = Map.of(
            400, "INVALID_ARGUMENT",
            401, "UNAUTHENTICATED",
            403, "PERMISSION_DENIED",
            404, "NOT_FOUND",
            429, "RESOURCE_EXHAUSTED",
            500, "INTERNAL",
            503, "UNAVAILABLE",
            504, "DEADLINE_EXCEEDED");

    @Override
    public String idHeader() {
        return "x-request-id";
    }

    @Override
    public List<WireEvent> events(Answer answer, Form form, Question asked) {
        List<WireEvent> events = new ArrayList<>();
        for (String part : parts(answer.undivided())) {
            events.add(WireEvent.data(Sort.TOKEN, body(answer, asked, part, "")));
        }
        if (form.finish()) {
            events.add(WireEvent.data(Sort.FRAME, body(answer, asked, "{\"text\":\"\"}", word(answer))));
        }
        return events;
    }

    private static List<String> parts(List<StreamChunk> chunks) {
        List<String> parts = new ArrayList<>();
        String signature = "";
        for (StreamChunk chunk : chunks) {
            if (chunk instanceof StreamChunk.ToolCallDone done) {
                parts.add(call(done.call(), signature));
                signature = "";
                continue;
            }
            if (!signature.isEmpty()) {
                parts.add(thought("", signature));
                signature = "";
            }
            if (chunk instanceof StreamChunk.Text text) {
                parts.add(text(text.text()));
            } else if (chunk instanceof StreamChunk.Refusal refusal) {
                parts.add(text(refusal.refusal()));
            } else if (chunk instanceof StreamChunk.Reasoning reasoning) {
                if (!reasoning.thought().isEmpty()) {
                    parts.add(thought(reasoning.thought(), ""));
                }
                signature = reasoning.closes() == null ? "" : reasoning.closes().value();
            }
        }
        if (!signature.isEmpty()) {
            parts.add(thought("", signature));
        }
        return parts;
    }

    private static String text(String words) {
        return "{\"text\":" + WireFormat.quote(words) + "}";
    }

    private static String thought(String words, String signature) {
        return "{\"text\":" + WireFormat.quote(words) + ",\"thought\":true"
                + (signature.isEmpty() ? "" : ",\"thoughtSignature\":" + WireFormat.quote(signature)) + "}";
    }

    private static String call(ToolCall call, String signature) {
        return "{\"functionCall\":{\"id\":" + WireFormat.quote(call.id()) + ",\"name\":" + WireFormat.quote(call.name())
                + ",\"args\":" + WireFormat.object(call.arguments()) + "}"
                + (signature.isEmpty() ? "" : ",\"thoughtSignature\":" + WireFormat.quote(signature)) + "}";
    }

    @Override
    public String whole(Answer answer, Form form, Question asked) {
        List<StreamChunk> whole = new ArrayList<>();
        for (ContentBlock block : answer.blocks()) {
            if (block instanceof ContentBlock.Text words) {
                whole.add(new StreamChunk.Text(words.text()));
            } else if (block instanceof ContentBlock.Refusal refusal) {
                whole.add(new StreamChunk.Refusal(refusal.text()));
            } else if (block instanceof ReasoningBlock reasoning) {
                whole.add(new StreamChunk.Reasoning(reasoning.text(), reasoning.signature()));
            } else if (block instanceof ToolCall call) {
                whole.add(new StreamChunk.ToolCallDone(whole.size(), call));
            }
        }
        List<String> parts = parts(whole);
        return body(answer, asked, String.join(",", parts), form.finish() ? word(answer) : "");
    }

    private static String body(Answer answer, Question asked, String parts, String finish) {
        String id = answer.vendorMetadata().id();
        String model = answer.vendorMetadata().model();
        return "{\"candidates\":[{\"content\":{\"parts\":[" + parts + "],\"role\":\"model\"}"
                + (finish.isEmpty() ? "" : ",\"finishReason\":" + WireFormat.quote(finish))
                + ",\"index\":0}],\"usageMetadata\":" + usage(answer.used()) + ",\"modelVersion\":"
                + WireFormat.quote(model != null ? model : asked.model()) + ",\"responseId\":"
                + WireFormat.quote(id != null ? id : "stage") + "}";
    }

    private static String usage(Usage usage) {
        return "{\"promptTokenCount\":" + usage.input() + ",\"candidatesTokenCount\":"
                + (usage.output() - usage.reasoning()) + ",\"thoughtsTokenCount\":" + usage.reasoning()
                + ",\"cachedContentTokenCount\":" + usage.cachedInput() + ",\"totalTokenCount\":" + usage.total() + "}";
    }

    private static String word(Answer answer) {
        String word = answer.vendorMetadata().finishReason();
        if (word != null) {
            return word;
        }
        return switch (answer.finishReason()) {
            case STOP, TOOL_CALLS, PAUSE -> "STOP";
            case LENGTH -> "MAX_TOKENS";
            case CONTENT_FILTER -> "SAFETY";
            case ERROR -> "MALFORMED_FUNCTION_CALL";
            case OTHER -> "OTHER";
        };
    }

    @Override
    public String error(int status, Trouble trouble, Question asked) {
        String type = trouble.type() != null
                ? trouble.type()
                : STATUSES.getOrDefault(status, status < 500 ? "FAILED_PRECONDITION" : "INTERNAL");
        String message = trouble.message() != null ? trouble.message() : usualMessage(status, type, asked);
        return "{\"error\":{\"code\":" + status + ",\"message\":" + WireFormat.quote(message) + ",\"status\":"
                + WireFormat.quote(type) + "}}";
    }

    private static String usualMessage(int status, String type, Question asked) {
        return switch (status) {
            case 404 ->
                "models/" + asked.model() + " is not found for API version v1beta, or is not supported for"
                        + " generateContent. Call ListModels to see the list of available models.";
            case 503 -> "The model is overloaded. Please try again later.";
            default -> "The scripted server answers with " + type + ".";
        };
    }

    @Override
    public WireEvent inBand(Trouble trouble) {
        return WireEvent.data(Sort.FRAME, error(503, trouble, new Question("the model", true, false, false, -1)));
    }

    @Override
    public WireEvent ping() {
        return WireEvent.of(Sort.PING, ": keep-alive\n\n");
    }

    @Override
    public WireEvent garbled() {
        return WireEvent.data(Sort.FRAME, "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Half a");
    }
}
