package dev.understudy.springai;

import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.VendorData;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes the content blocks of an answer as JSON text and reads them. A message of Spring AI keeps the text in its metadata,
 * and any repository can store it, so that reasoning, signatures and vendor data go back as they came.
 */
final class BlockCodec {

    private static final JsonMapper JSON = JsonMapper.shared();

    private BlockCodec() {}

    /** Returns whether a message of Spring AI loses something of these blocks: all but one text followed by calls. */
    static boolean isNeeded(List<ContentBlock> blocks) {
        boolean called = false;
        int texts = 0;
        for (ContentBlock block : blocks) {
            boolean plain = block instanceof ContentBlock.Text || block instanceof ToolCall;
            texts += block instanceof ContentBlock.Text ? 1 : 0;
            if (isMedia(block)) {
                continue;
            }
            if (!plain || block.vendorData() != null || texts > 1 || (called && block instanceof ContentBlock.Text)) {
                return true;
            }
            called |= block instanceof ToolCall;
        }
        return false;
    }

    /** Returns whether the block is media, which messages of Spring AI hold themselves. */
    static boolean isMedia(ContentBlock block) {
        return block instanceof ContentBlock.Image
                || block instanceof ContentBlock.Audio
                || block instanceof ContentBlock.File;
    }

    static String write(List<ContentBlock> blocks) {
        ArrayNode array = JSON.createArrayNode();
        for (ContentBlock block : blocks) {
            if (!isMedia(block)) {
                write(block, array.addObject());
            }
        }
        return array.toString();
    }

    private static void write(ContentBlock block, ObjectNode node) {
        if (block instanceof ContentBlock.Text text) {
            node.put("type", "text").put("text", text.text());
        } else if (block instanceof ContentBlock.Refusal refusal) {
            node.put("type", "refusal").put("text", refusal.text());
        } else if (block instanceof ToolCall call) {
            node.put("type", "tool_call")
                    .put("id", call.id())
                    .put("name", call.name())
                    .put("arguments", call.arguments());
        } else if (block instanceof ReasoningBlock reasoning) {
            node.put("type", "reasoning").put("text", reasoning.text());
            ReasoningBlock.Signature signature = reasoning.signature();
            if (signature != null) {
                node.putObject("signature")
                        .put("value", signature.value())
                        .put("redacted", signature.redacted())
                        .put("origin", signature.origin());
            }
        } else if (block instanceof ContentBlock.Opaque opaque) {
            node.put("type", "opaque").put("name", opaque.type());
        }
        VendorData data = block.vendorData();
        if (data != null) {
            node.putObject("vendor").put("origin", data.origin()).put("json", data.json());
        }
    }

    /** Returns the blocks, and {@code null} if the text is not what {@link #write} returns. */
    static @Nullable List<ContentBlock> read(String json) {
        try {
            List<ContentBlock> blocks = new ArrayList<>();
            for (JsonNode node : JSON.readTree(json)) {
                blocks.add(block(node));
            }
            return blocks;
        } catch (JacksonException | IllegalArgumentException changedByOthers) {
            return null;
        }
    }

    private static ContentBlock block(JsonNode node) {
        VendorData data = node.has("vendor")
                ? new VendorData(text(node.get("vendor"), "origin"), text(node.get("vendor"), "json"))
                : null;
        String type = text(node, "type");
        return switch (type) {
            case "text" -> new ContentBlock.Text(text(node, "text"), data);
            case "refusal" -> new ContentBlock.Refusal(text(node, "text"), data);
            case "tool_call" -> new ToolCall(text(node, "id"), text(node, "name"), text(node, "arguments"), data);
            case "reasoning" -> new ReasoningBlock(text(node, "text"), signature(node.get("signature")), data);
            default -> {
                if (data == null) {
                    throw new IllegalArgumentException("No block: " + type);
                }
                yield new ContentBlock.Opaque(text(node, "name"), data);
            }
        };
    }

    private static ReasoningBlock.@Nullable Signature signature(@Nullable JsonNode node) {
        return node == null
                ? null
                : new ReasoningBlock.Signature(
                        text(node, "value"), node.path("redacted").asBoolean(), text(node, "origin"));
    }

    private static String text(JsonNode node, String field) {
        JsonNode value = node.get(field);
        if (value == null || !value.isString()) {
            throw new IllegalArgumentException("No " + field);
        }
        return value.stringValue();
    }
}
