package dev.understudy.gateway.messages;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorData;
import dev.understudy.gateway.json.JsonFields;
import dev.understudy.gateway.protocol.AnswerHead;
import dev.understudy.gateway.protocol.CommonAnswer;
import dev.understudy.gateway.protocol.SealedBlock;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.util.RawValue;

/** Writes answers: a message with its blocks, stop reason and usage. */
final class MessagesAnswer {

    private MessagesAnswer() {}

    /** @param stops stop sequences of the request */
    static String of(ChatResponse response, AnswerHead head, List<String> stops) {
        ObjectNode message = message(head);
        ArrayNode content = message.putArray("content");
        boolean cut = response.finishReason() == FinishReason.LENGTH;
        response.blocks().forEach(block -> whole(block, cut).forEach(content::add));
        stop(message, response.finish(), CommonAnswer.hasRefusal(response.blocks()), stops);
        usage(message.putObject("usage"), response.usage());
        return message.toString();
    }

    /** Returns the content blocks of a block, calls with their input. */
    private static List<ObjectNode> whole(ContentBlock block, boolean cut) {
        if (!(block instanceof ToolCall call)) {
            return blocks(block);
        }
        if (!isObject(call.arguments())) {
            if (cut) { // the model had no tokens left for the rest of the call
                return List.of();
            }
            throw new ChatException.CallFailed(
                    Failure.of(FailureKind.TOOL_REJECTED, "the arguments of a tool call are no JSON object"));
        }
        List<ObjectNode> all = blocks(call);
        all.get(all.size() - 1).putRawValue("input", new RawValue(arguments(call)));
        return all;
    }

    private static boolean isObject(String arguments) {
        JsonNode input = arguments.isBlank() ? null : JsonFields.ofVendor(arguments);
        return arguments.isBlank() || (input != null && input.isObject());
    }

    /** Returns the arguments of a call as the model wrote them; none are an empty object. */
    static String arguments(ToolCall call) {
        return call.arguments().isBlank() ? "{}" : call.arguments();
    }

    /** Returns a message without content, as a stream begins. */
    static ObjectNode message(AnswerHead head) {
        ObjectNode message = JsonFields.JSON.createObjectNode();
        message.put("id", "msg_" + head.id());
        message.put("type", "message");
        message.put("role", "assistant");
        message.put("model", head.model().get());
        return message;
    }

    /** @param refusal true if the answer has a refusal, which no stop reason of other vendors tells */
    static void stop(ObjectNode to, StreamChunk.Finish finish, boolean refusal, List<String> stops) {
        boolean atStop = "stop_sequence".equals(finish.vendorMetadata().finishReason());
        String reason =
                switch (finish.reason()) {
                    case LENGTH -> "max_tokens";
                    case TOOL_CALLS -> "tool_use";
                    case CONTENT_FILTER -> "refusal";
                    case PAUSE -> "pause_turn";
                    case STOP, ERROR, OTHER -> refusal ? "refusal" : atStop ? "stop_sequence" : "end_turn";
                };
        to.put("stop_reason", reason);
        to.put("stop_sequence", reason.equals("stop_sequence") && stops.size() == 1 ? stops.get(0) : null);
    }

    /** Writes the usage, which the protocol requires. A vendor that reported none is told by a field of its own. */
    static void usage(ObjectNode to, Usage usage) {
        to.put("input_tokens", Math.max(0, usage.input() - usage.cachedInput() - usage.cacheWrite()));
        to.put("cache_creation_input_tokens", usage.cacheWrite());
        to.put("cache_read_input_tokens", usage.cachedInput());
        to.put("output_tokens", usage.output());
        if (usage.reasoning() > 0) {
            to.putObject("output_tokens_details").put("thinking_tokens", usage.reasoning());
        }
        if (usage.equals(Usage.none())) {
            to.put("unreported", true);
        } else if (usage.estimated()) {
            to.put("estimated", true);
        }
    }

    /**
     * Returns the content blocks of a block: none if the protocol has none and no vendor wants it back. The input of a call
     * is empty, as a stream begins it.
     */
    static List<ObjectNode> blocks(ContentBlock block) {
        if (block instanceof ContentBlock.Text text) {
            ObjectNode node = typed("text").put("text", text.text());
            JsonNode citations = citations(text.vendorData());
            if (citations != null) {
                node.set("citations", citations);
            }
            return List.of(node);
        }
        if (block instanceof ContentBlock.Refusal refusal) {
            return List.of(typed("text").put("text", refusal.text()));
        }
        if (block instanceof ReasoningBlock reasoning) {
            return List.of(thinking(reasoning));
        }
        if (block instanceof ToolCall call) {
            return call(call);
        }
        if (block instanceof ContentBlock.Opaque opaque && isOfMessages(opaque.vendorData())) {
            JsonNode own = JsonFields.ofVendor(opaque.vendorData().json());
            return own instanceof ObjectNode node ? List.of(node) : List.of();
        }
        return sealed(block);
    }

    /** Hidden reasoning is a redacted block; any other is signed, with a seal where the vendor is not Anthropic itself. */
    private static ObjectNode thinking(ReasoningBlock reasoning) {
        String signature = signature(reasoning);
        return reasoning.text().isEmpty()
                ? typed("redacted_thinking").put("data", signature)
                : typed("thinking").put("thinking", reasoning.text()).put("signature", signature);
    }

    /** Returns the signature of reasoning; "" if no vendor wants it back. */
    static String signature(ReasoningBlock reasoning) {
        ReasoningBlock.Signature signature = reasoning.signature();
        if (signature != null
                && signature.origin().equals(MessagesRequest.DIALECT)
                && reasoning.vendorData() == null
                && signature.redacted() == reasoning.text().isEmpty()) {
            return signature.value();
        }
        String seal = SealedBlock.of(reasoning);
        return seal == null ? "" : seal;
    }

    private static List<ObjectNode> call(ToolCall call) {
        ObjectNode node = typed("tool_use").put("id", call.id()).put("name", call.name());
        node.putObject("input");
        if (call.vendorData() != null && isOfMessages(call.vendorData())) {
            JsonNode own = JsonFields.ofVendor(call.vendorData().json());
            if (own instanceof ObjectNode more) {
                more.properties().forEach(field -> node.set(field.getKey(), field.getValue()));
            }
            return List.of(node);
        }
        String seal = SealedBlock.of(call);
        return seal == null ? List.of(node) : List.of(typed("redacted_thinking").put("data", seal), node);
    }

    private static List<ObjectNode> sealed(ContentBlock block) {
        String seal = SealedBlock.of(block);
        return seal == null ? List.of() : List.of(typed("redacted_thinking").put("data", seal));
    }

    /** Returns the citations of a text, as Anthropic gives them; null without any. */
    static @Nullable JsonNode citations(@Nullable VendorData data) {
        if (data == null || !isOfMessages(data)) {
            return null;
        }
        JsonNode fields = JsonFields.ofVendor(data.json());
        JsonNode citations = fields == null ? null : fields.get("citations");
        return citations != null && citations.isArray() ? citations : null;
    }

    private static boolean isOfMessages(VendorData data) {
        return data.origin().equals(MessagesRequest.DIALECT);
    }

    static ObjectNode typed(String type) {
        return JsonFields.JSON.createObjectNode().put("type", type);
    }
}
