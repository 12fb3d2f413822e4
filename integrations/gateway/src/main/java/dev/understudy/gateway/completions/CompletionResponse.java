package dev.understudy.gateway.completions;

import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Usage;
import dev.understudy.gateway.json.JsonFields;
import java.time.Instant;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** An answer in the form of OpenAI's Chat Completions. */
public final class CompletionResponse {

    private CompletionResponse() {}

    /**
     * Writes an answer.
     *
     * @param model the model that produced the answer
     */
    public static String of(ChatResponse response, String id, Instant created, String model) {
        ObjectNode body = JsonFields.JSON.createObjectNode();
        body.put("id", id);
        body.put("object", "chat.completion");
        body.put("created", created.getEpochSecond());
        body.put("model", model);
        ObjectNode choice = body.putArray("choices").addObject();
        choice.put("index", 0);
        message(choice.putObject("message"), response);
        choice.putNull("logprobs");
        choice.put("finish_reason", word(response.finishReason()));
        if (!response.usage().equals(Usage.none())) { // no usage reported is not a usage of zero
            usage(body.putObject("usage"), response.usage());
        }
        return body.toString();
    }

    private static void message(ObjectNode message, ChatResponse response) {
        message.put("role", "assistant");
        boolean silent = response.text().isEmpty()
                && (!response.toolCalls().isEmpty() || !response.refusal().isEmpty());
        message.put("content", silent ? null : response.text());
        message.put("refusal", response.refusal().isEmpty() ? null : response.refusal());
        if (!response.reasoning().isEmpty()) {
            message.put("reasoning_content", response.reasoning());
        }
        if (!response.toolCalls().isEmpty()) {
            ArrayNode calls = message.putArray("tool_calls");
            for (ToolCall call : response.toolCalls()) {
                ObjectNode one = calls.addObject();
                one.put("id", call.id());
                one.put("type", "function");
                one.putObject("function").put("name", call.name()).put("arguments", call.arguments());
            }
        }
    }

    private static void usage(ObjectNode to, Usage usage) {
        to.put("prompt_tokens", usage.input());
        to.put("completion_tokens", usage.output());
        to.put("total_tokens", usage.total());
        to.putObject("prompt_tokens_details").put("cached_tokens", usage.cachedInput());
        to.putObject("completion_tokens_details").put("reasoning_tokens", usage.reasoning());
        if (usage.estimated()) {
            to.put("estimated", true);
        }
    }

    private static String word(FinishReason reason) {
        return switch (reason) {
            case LENGTH -> "length";
            case TOOL_CALLS -> "tool_calls";
            case CONTENT_FILTER -> "content_filter";
            case STOP, PAUSE, ERROR, OTHER -> "stop";
        };
    }
}
