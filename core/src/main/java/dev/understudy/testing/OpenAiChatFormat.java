package dev.understudy.testing;

import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Usage;
import dev.understudy.testing.WireEvent.Sort;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Writes OpenAI Chat Completions, as OpenAI and compatible servers do. */
final class OpenAiChatFormat implements WireFormat {

    @Override
    public String idHeader() {
        return "x-request-id";
    }

    @Override
    public List<WireEvent> events(Answer answer, Form form, Question asked) {
        String head = "{" + head("chat.completion.chunk", answer, asked) + ",\"choices\":[";
        String tail = asked.tellsUsage() ? "],\"usage\":null}" : "]}";
        List<WireEvent> events = new ArrayList<>();
        events.add(chunk(Sort.FRAME, head, "{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null}", "null", tail));
        Set<Integer> opened = new HashSet<>();
        for (StreamChunk delta : answer.deltas()) {
            String json = delta(delta, opened);
            if (json != null) {
                events.add(chunk(Sort.TOKEN, head, json, "null", tail));
            }
        }
        if (form.finish()) {
            events.add(chunk(Sort.FRAME, head, "{}", WireFormat.quote(word(answer)), tail));
        }
        if (asked.tellsUsage() && form.finish()) {
            events.add(WireEvent.data(Sort.FRAME, head + "]," + usage(answer.used()) + "}"));
        }
        if (form.terminal()) {
            events.add(WireEvent.data(Sort.FRAME, "[DONE]"));
        }
        return events;
    }

    private static WireEvent chunk(Sort sort, String head, String delta, String finish, String tail) {
        return WireEvent.data(
                sort,
                head + "{\"index\":0,\"delta\":" + delta + ",\"logprobs\":null,\"finish_reason\":" + finish + "}"
                        + tail);
    }

    private static @Nullable String delta(StreamChunk chunk, Set<Integer> opened) {
        if (chunk instanceof StreamChunk.Text text) {
            return "{\"content\":" + WireFormat.quote(text.text()) + "}";
        }
        if (chunk instanceof StreamChunk.Reasoning reasoning) {
            return reasoning.thought().isEmpty()
                    ? null
                    : "{\"reasoning_content\":" + WireFormat.quote(reasoning.thought()) + "}";
        }
        if (chunk instanceof StreamChunk.Refusal refusal) {
            return "{\"refusal\":" + WireFormat.quote(refusal.refusal()) + "}";
        }
        if (chunk instanceof StreamChunk.ToolCallPart part) {
            String named = opened.add(part.index())
                    ? "\"id\":" + WireFormat.quote(part.id()) + ",\"type\":\"function\",\"function\":{\"name\":"
                            + WireFormat.quote(part.name()) + ","
                    : "\"function\":{";
            return "{\"tool_calls\":[{\"index\":" + part.index() + "," + named + "\"arguments\":"
                    + WireFormat.quote(part.arguments()) + "}}]}";
        }
        return null;
    }

    @Override
    public String whole(Answer answer, Form form, Question asked) {
        List<ToolCall> calls = answer.toolCalls();
        StringBuilder message = new StringBuilder("{\"role\":\"assistant\",\"content\":")
                .append(answer.text().isEmpty() && !calls.isEmpty() ? "null" : WireFormat.quote(answer.text()));
        if (!answer.thoughts().isEmpty()) {
            message.append(",\"reasoning_content\":")
                    .append(WireFormat.quote(
                            answer.thoughts().stream().map(ReasoningBlock::text).collect(Collectors.joining())));
        }
        message.append(",\"refusal\":")
                .append(answer.refusal().isEmpty() ? "null" : WireFormat.quote(answer.refusal()));
        if (!calls.isEmpty()) {
            message.append(",\"tool_calls\":")
                    .append(calls.stream()
                            .map(call -> "{\"id\":" + WireFormat.quote(call.id())
                                    + ",\"type\":\"function\",\"function\":{\"name\":" + WireFormat.quote(call.name())
                                    + ",\"arguments\":" + WireFormat.quote(call.arguments()) + "}}")
                            .collect(Collectors.joining(",", "[", "]")));
        }
        return "{" + head("chat.completion", answer, asked) + ",\"choices\":[{\"index\":0,\"message\":" + message
                + "},\"logprobs\":null,\"finish_reason\":" + (form.finish() ? WireFormat.quote(word(answer)) : "null")
                + "}]," + usage(answer.used()) + "}";
    }

    private static String head(String object, Answer answer, Question asked) {
        String id = answer.vendorMetadata().id();
        String model = answer.vendorMetadata().model();
        return "\"id\":" + WireFormat.quote(id != null ? id : "chatcmpl-stage") + ",\"object\":\"" + object
                + "\",\"created\":1767225600,\"model\":" + WireFormat.quote(model != null ? model : asked.model());
    }

    private static String usage(Usage usage) {
        return "\"usage\":{\"prompt_tokens\":" + usage.input() + ",\"completion_tokens\":" + usage.output()
                + ",\"total_tokens\":" + usage.total() + ",\"prompt_tokens_details\":{\"cached_tokens\":"
                + usage.cachedInput() + "},\"completion_tokens_details\":{\"reasoning_tokens\":" + usage.reasoning()
                + "}}";
    }

    private static String word(Answer answer) {
        String word = answer.vendorMetadata().finishReason();
        if (word != null) {
            return word;
        }
        FinishReason reason = answer.finishReason();
        return switch (reason) {
            case STOP, PAUSE -> "stop";
            case LENGTH -> "length";
            case TOOL_CALLS -> "tool_calls";
            case CONTENT_FILTER -> "content_filter";
            case ERROR -> "error";
            case OTHER -> "other";
        };
    }

    @Override
    public String error(int status, Trouble trouble, Question asked) {
        if (trouble.type() != null) {
            return error(trouble);
        }
        Trouble usual =
                switch (status) {
                    case 401 -> new Trouble("invalid_request_error", "invalid_api_key", "Incorrect API key provided.");
                    case 403 -> new Trouble("permission_error", "permission_denied", "This key may not do that.");
                    case 404 ->
                        new Trouble(
                                "invalid_request_error",
                                "model_not_found",
                                "The model `" + asked.model() + "` does not exist or you do not have access to it.");
                    case 429 -> new Trouble("requests", "rate_limit_exceeded", "Rate limit reached for requests.");
                    case 503, 529 -> new Trouble("server_error", null, "The engine is currently overloaded.");
                    default ->
                        status < 500
                                ? new Trouble("invalid_request_error", null, "The request was not understood.")
                                : new Trouble("server_error", null, "The server had an error. Sorry about that!");
                };
        return error(trouble.message() == null ? usual : new Trouble(usual.type(), usual.code(), trouble.message()));
    }

    private static String error(Trouble trouble) {
        return "{\"error\":{\"message\":" + WireFormat.quote(trouble.message()) + ",\"type\":"
                + WireFormat.quote(trouble.type()) + ",\"param\":null,\"code\":" + WireFormat.quote(trouble.code())
                + "}}";
    }

    /** The list of models that a probe asks for. */
    static String models() {
        return "{\"object\":\"list\",\"data\":[{\"id\":\"stage\",\"object\":\"model\",\"created\":1767225600,"
                + "\"owned_by\":\"understudy\"}]}";
    }

    @Override
    public WireEvent inBand(Trouble trouble) {
        return WireEvent.data(Sort.FRAME, error(trouble));
    }

    @Override
    public WireEvent ping() {
        return WireEvent.of(Sort.PING, ": keep-alive\n\n");
    }

    @Override
    public WireEvent garbled() {
        return WireEvent.data(
                Sort.FRAME, "{\"id\":\"chatcmpl-stage\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Half a");
    }
}
