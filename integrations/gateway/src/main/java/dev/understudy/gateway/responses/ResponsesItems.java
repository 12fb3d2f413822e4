package dev.understudy.gateway.responses;

import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.Message;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.VendorData;
import dev.understudy.gateway.json.JsonFields;
import dev.understudy.gateway.protocol.CommonAnswer;
import dev.understudy.gateway.protocol.SealedBlock;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Writes blocks as output items. */
final class ResponsesItems {

    private ResponsesItems() {}

    /** Returns the items of a block: none if the protocol has none and no vendor wants it back. */
    static List<ObjectNode> of(ContentBlock block, ItemIds ids) {
        if (block instanceof ContentBlock.Text || block instanceof ContentBlock.Refusal) {
            ObjectNode message = message("completed", ids);
            ((ArrayNode) message.get("content")).add(part(block));
            return List.of(message);
        }
        if (block instanceof ReasoningBlock reasoning) {
            return List.of(reasoning(reasoning, ids));
        }
        if (block instanceof ToolCall call) {
            return call(call, ids);
        }
        if (block instanceof ContentBlock.Image image) {
            return image(image, ids);
        }
        VendorData data = block.vendorData();
        if (data != null && isOfResponses(data)) {
            JsonNode own = JsonFields.ofVendor(data.json());
            return own instanceof ObjectNode node ? List.of(node) : List.of();
        }
        String seal = SealedBlock.of(block);
        return seal == null ? List.of() : List.of(hidden(seal, ids));
    }

    static ObjectNode message(String status, ItemIds ids) {
        ObjectNode item = typed("message").put("id", ids.next("msg_"));
        item.put("status", status).put("role", "assistant").putArray("content");
        return item;
    }

    /** Returns the part of a text or a refusal. */
    static ObjectNode part(ContentBlock block) {
        if (block instanceof ContentBlock.Refusal refusal) {
            return typed("refusal").put("refusal", refusal.text());
        }
        ContentBlock.Text text = (ContentBlock.Text) block;
        ObjectNode part = typed("output_text").put("text", text.text());
        part.set("annotations", annotations(text));
        part.set("logprobs", logprobs(text.vendorData()));
        return part;
    }

    /** Returns a part without content yet. */
    static ObjectNode emptyPart(boolean refusal) {
        if (refusal) {
            return typed("refusal").put("refusal", "");
        }
        ObjectNode part = typed("output_text").put("text", "");
        part.putArray("annotations");
        part.putArray("logprobs");
        return part;
    }

    private static ArrayNode annotations(ContentBlock.Text text) {
        ArrayNode annotations = JsonFields.JSON.createArrayNode();
        if (text.vendorData() == null) {
            return annotations;
        }
        ChatResponse alone =
                new ChatResponse(List.of(text), ChatResponse.of("", "", "").finish());
        CommonAnswer.citations(text.text(), alone.citations()).forEach(citation -> {
            ObjectNode annotation = annotations.addObject().put("type", "url_citation");
            annotation.setAll(citation);
        });
        return annotations;
    }

    static ArrayNode logprobs(@Nullable VendorData data) {
        return CommonAnswer.logprobs(data == null ? List.of() : data.logprobs());
    }

    /** Returns reasoning with its text as a summary, and with what its vendor wants back as encrypted content. */
    private static ObjectNode reasoning(ReasoningBlock block, ItemIds ids) {
        ObjectNode item = openReasoning(ids);
        if (!block.text().isEmpty()) {
            ((ArrayNode) item.get("summary")).add(summary(block.text()));
        }
        String encrypted = SealedBlock.of(block);
        if (encrypted != null) {
            item.put("encrypted_content", encrypted);
        }
        return item;
    }

    static ObjectNode openReasoning(ItemIds ids) {
        ObjectNode item = typed("reasoning").put("id", ids.next("rs_"));
        item.putArray("summary");
        return item;
    }

    static ObjectNode summary(String text) {
        return typed("summary_text").put("text", text);
    }

    static ObjectNode hidden(String seal, ItemIds ids) {
        return openReasoning(ids).put("encrypted_content", seal);
    }

    /** A call whose vendor wants more back than its id is preceded by hidden reasoning that holds it. */
    private static List<ObjectNode> call(ToolCall call, ItemIds ids) {
        List<ObjectNode> items = new ArrayList<>(2);
        VendorData data = call.vendorData();
        JsonNode own = data == null || !isOfResponses(data) ? null : JsonFields.ofVendor(data.json());
        if (own instanceof ObjectNode item && item.has("type")) {
            boolean custom = item.path("type").asString("").equals("custom_tool_call");
            item.put("call_id", call.id());
            return List.of(custom ? item.put("name", call.name()).put("input", call.arguments()) : item);
        }
        if (data != null && own == null) {
            String seal = SealedBlock.of(call);
            if (seal != null) {
                items.add(hidden(seal, ids));
            }
        }
        items.add(openCall(call, ids).put("arguments", call.arguments()).put("status", "completed"));
        return items;
    }

    /** Returns a call without its arguments. */
    static ObjectNode openCall(ToolCall call, ItemIds ids) {
        return typed("function_call")
                .put("id", ids.next("fc_"))
                .put("call_id", call.id())
                .put("name", call.name())
                .put("arguments", "")
                .put("status", "in_progress");
    }

    private static List<ObjectNode> image(ContentBlock.Image image, ItemIds ids) {
        if (!(image.image() instanceof Message.Image.Data data)) {
            return List.of();
        }
        return List.of(typed("image_generation_call")
                .put("id", ids.next("ig_"))
                .put("status", "completed")
                .put("output_format", data.mediaType().substring("image/".length()))
                .put("result", data.base64()));
    }

    private static boolean isOfResponses(VendorData data) {
        return data.origin().equals(ResponsesRequest.DIALECT);
    }

    static ObjectNode typed(String type) {
        return JsonFields.JSON.createObjectNode().put("type", type);
    }
}
