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
 * Writes Gemini's generateContent. A reasoning signature is sent with a part of the reasoning, and not with the call that
 * follows.
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
        for (StreamChunk chunk : answer.undivided()) {
            String part = part(chunk);
            if (!part.isEmpty()) {
                events.add(WireEvent.data(Sort.TOKEN, body(answer, asked, part, "")));
            }
        }
        if (form.finish()) {
            events.add(WireEvent.data(Sort.FRAME, body(answer, asked, "{\"text\":\"\"}", word(answer))));
        }
        return events;
    }

    private static String part(StreamChunk chunk) {
        if (chunk instanceof StreamChunk.Text text) {
            return text(text.text());
        }
        if (chunk instanceof StreamChunk.Refusal refusal) {
            return text(refusal.refusal());
        }
        if (chunk instanceof StreamChunk.Reasoning reasoning) {
            ReasoningBlock.Signature closes = reasoning.closes();
            return thought(reasoning.thought(), closes == null ? "" : closes.value());
        }
        return chunk instanceof StreamChunk.ToolCallDone done ? call(done.call()) : "";
    }

    private static String text(String words) {
        return "{\"text\":" + WireFormat.quote(words) + "}";
    }

    private static String thought(String words, String signature) {
        return "{\"text\":" + WireFormat.quote(words) + ",\"thought\":true"
                + (signature.isEmpty() ? "" : ",\"thoughtSignature\":" + WireFormat.quote(signature)) + "}";
    }

    private static String call(ToolCall call) {
        return "{\"functionCall\":{\"id\":" + WireFormat.quote(call.id()) + ",\"name\":" + WireFormat.quote(call.name())
                + ",\"args\":" + WireFormat.object(call.arguments()) + "}}";
    }

    @Override
    public String whole(Answer answer, Form form, Question asked) {
        List<String> parts = new ArrayList<>();
        for (ContentBlock block : answer.blocks()) {
            if (block instanceof ContentBlock.Text words) {
                parts.add(text(words.text()));
            } else if (block instanceof ContentBlock.Refusal refusal) {
                parts.add(text(refusal.text()));
            } else if (block instanceof ReasoningBlock reasoning) {
                ReasoningBlock.Signature signature = reasoning.signature();
                parts.add(thought(reasoning.text(), signature == null ? "" : signature.value()));
            } else if (block instanceof ToolCall call) {
                parts.add(call(call));
            }
        }
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
