package dev.understudy.gateway.responses;

import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import dev.understudy.gateway.json.JsonFields;
import dev.understudy.gateway.protocol.AnswerHead;
import dev.understudy.gateway.protocol.CallError;
import dev.understudy.gateway.protocol.CommonAnswer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes the response object, which repeats the options of its request.
 *
 * @param request the body of the request; its input is not kept, which may hold images and files
 * @param held keeps the items, if the client wants that
 */
record ResponsesAnswer(JsonNode request, ResponsesConversation held) {

    private static final List<String> REPEATED = List.of(
            "instructions",
            "max_output_tokens",
            "max_tool_calls",
            "previous_response_id",
            "prompt_cache_key",
            "safety_identifier",
            "service_tier",
            "user");

    ResponsesAnswer {
        ObjectNode options = JsonFields.JSON.createObjectNode();
        request.properties().forEach(field -> options.set(field.getKey(), field.getValue()));
        options.remove("input");
        request = options;
    }

    String whole(ChatResponse response, AnswerHead head) {
        ArrayNode output = JsonFields.JSON.createArrayNode();
        ItemIds ids = new ItemIds(head);
        for (ContentBlock block : response.blocks()) {
            List<ObjectNode> items = ResponsesItems.of(block, ids);
            items.forEach(output::add);
            held.keep(items, block);
        }
        ObjectNode body = finished(head, response.finish(), CommonAnswer.hasRefusal(response.blocks()), output);
        held.keepConversation(id(head), response.blocks());
        return body.toString();
    }

    static String id(AnswerHead head) {
        return "resp_" + head.id();
    }

    /** Returns the object of a response that has begun. */
    ObjectNode begun(AnswerHead head) {
        ObjectNode body = object(head, "in_progress", JsonFields.JSON.createArrayNode());
        body.putNull("usage");
        return body;
    }

    /** Returns the object of a complete response. */
    ObjectNode finished(AnswerHead head, StreamChunk.Finish finish, boolean refusal, ArrayNode output) {
        String incomplete = finish.reason() == FinishReason.LENGTH
                ? "max_output_tokens"
                : finish.reason() == FinishReason.CONTENT_FILTER && !refusal ? "content_filter" : null;
        ObjectNode body = object(head, incomplete == null ? "completed" : "incomplete", output);
        if (incomplete != null) {
            body.putObject("incomplete_details").put("reason", incomplete);
        }
        usage(body, finish.usage());
        return body;
    }

    /** Returns the object of a response that failed. */
    ObjectNode failed(AnswerHead head, CallError error, ArrayNode output) {
        ObjectNode body = object(head, "failed", output);
        body.putObject("error")
                .put("code", error.code() == null ? "server_error" : error.code())
                .put("message", error.message());
        body.putNull("usage");
        return body;
    }

    private ObjectNode object(AnswerHead head, String status, ArrayNode output) {
        ObjectNode body = JsonFields.JSON.createObjectNode();
        body.put("id", id(head));
        body.put("object", "response");
        body.put("created_at", head.created().getEpochSecond());
        body.put("status", status);
        body.put("background", false);
        body.putNull("error").putNull("incomplete_details");
        body.put("model", head.model().get());
        body.set("output", output);
        REPEATED.forEach(name -> body.set(name, sent(name)));
        body.set("metadata", sent("metadata", JsonFields.JSON.createObjectNode()));
        body.put("parallel_tool_calls", request.path("parallel_tool_calls").asBoolean(true));
        ObjectNode reasoning = body.putObject("reasoning");
        reasoning.set("effort", request.path("reasoning").get("effort"));
        reasoning.set("summary", request.path("reasoning").get("summary"));
        body.put("store", held.isKept());
        body.set("temperature", sent("temperature"));
        body.set("text", text());
        body.set(
                "tool_choice",
                sent("tool_choice", JsonFields.JSON.getNodeFactory().stringNode("auto")));
        body.set("tools", sent("tools", JsonFields.JSON.createArrayNode()));
        body.set("top_p", sent("top_p"));
        body.put("truncation", request.path("truncation").asString("disabled"));
        return body;
    }

    private @Nullable JsonNode sent(String name) {
        return request.get(name);
    }

    private JsonNode sent(String name, JsonNode otherwise) {
        JsonNode value = request.get(name);
        return value == null || value.isNull() ? otherwise : value;
    }

    private JsonNode text() {
        JsonNode text = request.get("text");
        ObjectNode fields = text instanceof ObjectNode sent ? sent.deepCopy() : JsonFields.JSON.createObjectNode();
        if (!fields.has("format")) {
            fields.putObject("format").put("type", "text");
        }
        return fields;
    }

    /** Missing usage is not zero usage. */
    private static void usage(ObjectNode to, Usage usage) {
        if (usage.equals(Usage.none())) {
            to.putNull("usage");
            return;
        }
        ObjectNode fields = to.putObject("usage");
        fields.put("input_tokens", usage.input());
        fields.putObject("input_tokens_details").put("cached_tokens", usage.cachedInput());
        fields.put("output_tokens", usage.output());
        fields.putObject("output_tokens_details").put("reasoning_tokens", usage.reasoning());
        fields.put("total_tokens", usage.total());
        if (usage.estimated()) {
            fields.put("estimated", true);
        }
    }
}
