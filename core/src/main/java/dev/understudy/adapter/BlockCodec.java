package dev.understudy.adapter;

import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.Message;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.VendorData;
import dev.understudy.provider.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes the content blocks of an answer as JSON text and reads them. Messages of other libraries keep the text beside
 * their own content, and any store of messages can hold it, so that reasoning, signatures and vendor data go back as they
 * came.
 */
public final class BlockCodec {

    private BlockCodec() {}

    /**
     * Returns whether a message of text and tool calls loses something of these blocks. Media are not considered.
     *
     * @param blocks content of an answer
     * @return {@code false} for one text followed by calls, without vendor data
     */
    public static boolean isNeeded(List<ContentBlock> blocks) {
        boolean called = false;
        boolean told = false;
        for (ContentBlock block : blocks) {
            if (isMedia(block)) {
                continue;
            }
            boolean text = block instanceof ContentBlock.Text;
            if (block.vendorData() != null || !(text ? !told && !called : block instanceof ToolCall)) {
                return true;
            }
            told |= text;
            called |= !text;
        }
        return false;
    }

    /**
     * Returns whether a block is media, which other libraries hold in fields of their own.
     *
     * @param block a block
     * @return {@code true} for images, sound and files
     */
    public static boolean isMedia(ContentBlock block) {
        return block instanceof ContentBlock.Image
                || block instanceof ContentBlock.Audio
                || block instanceof ContentBlock.File;
    }

    /**
     * Writes blocks other than media.
     *
     * @param blocks content of an answer
     * @return JSON text
     */
    public static String write(List<ContentBlock> blocks) {
        List<Map<String, Object>> written = new ArrayList<>();
        for (ContentBlock block : blocks) {
            if (!isMedia(block)) {
                written.add(fields(block));
            }
        }
        return Json.text(Map.of("blocks", written));
    }

    private static Map<String, Object> fields(ContentBlock block) {
        Map<String, Object> fields = new LinkedHashMap<>();
        if (block instanceof ContentBlock.Text text) {
            fields.put("type", "text");
            fields.put("text", text.text());
        } else if (block instanceof ContentBlock.Refusal refusal) {
            fields.put("type", "refusal");
            fields.put("text", refusal.text());
        } else if (block instanceof ToolCall call) {
            fields.put("type", "tool_call");
            fields.put("id", call.id());
            fields.put("name", call.name());
            fields.put("arguments", call.arguments());
        } else if (block instanceof ReasoningBlock reasoning) {
            fields.put("type", "reasoning");
            fields.put("text", reasoning.text());
            ReasoningBlock.Signature signature = reasoning.signature();
            if (signature != null) {
                fields.put(
                        "signature",
                        Map.of(
                                "value", signature.value(),
                                "redacted", signature.redacted(),
                                "origin", signature.origin()));
            }
        } else if (block instanceof ContentBlock.Opaque opaque) {
            fields.put("type", "opaque");
            fields.put("name", opaque.type());
        }
        VendorData data = block.vendorData();
        if (data != null) {
            fields.put("vendor", Map.of("origin", data.origin(), "json", data.json()));
        }
        return fields;
    }

    /**
     * Returns the blocks of an assistant message: those that were written, if the message still says the same, and
     * otherwise its text and calls.
     *
     * @param json result of {@link #write}, or anything else
     * @param text text of the message
     * @param calls tool calls of the message
     * @return the blocks, without media
     */
    public static List<ContentBlock> blocks(@Nullable Object json, String text, List<ToolCall> calls) {
        List<ContentBlock> kept = json instanceof String written ? read(written) : null;
        if (kept != null && isSame(new Message.Assistant(kept), text, calls)) {
            return kept;
        }
        List<ContentBlock> blocks = new ArrayList<>();
        if (!text.isEmpty()) {
            blocks.add(new ContentBlock.Text(text));
        }
        blocks.addAll(calls);
        return blocks;
    }

    private static boolean isSame(Message.Assistant kept, String text, List<ToolCall> calls) {
        List<ToolCall> plain =
                kept.toolCalls().stream().map(call -> call.withVendorData(null)).toList();
        return kept.text().equals(text) && plain.equals(calls);
    }

    private static @Nullable List<ContentBlock> read(String json) {
        Map<String, @Nullable Object> root = Json.object(json);
        if (root == null || !(root.get("blocks") instanceof List<?> list)) {
            return null;
        }
        List<ContentBlock> blocks = new ArrayList<>();
        for (Object each : list) {
            ContentBlock block = each instanceof Map<?, ?> fields ? block(fields) : null;
            if (block == null) {
                return null;
            }
            blocks.add(block);
        }
        return blocks;
    }

    private static @Nullable ContentBlock block(Map<?, ?> fields) {
        VendorData data = fields.get("vendor") instanceof Map<?, ?> vendor
                ? new VendorData(text(vendor, "origin"), text(vendor, "json"))
                : null;
        return switch (text(fields, "type")) {
            case "text" -> new ContentBlock.Text(text(fields, "text"), data);
            case "refusal" -> new ContentBlock.Refusal(text(fields, "text"), data);
            case "tool_call" -> new ToolCall(text(fields, "id"), text(fields, "name"), text(fields, "arguments"), data);
            case "reasoning" -> new ReasoningBlock(text(fields, "text"), signature(fields.get("signature")), data);
            case "opaque" -> data == null ? null : new ContentBlock.Opaque(text(fields, "name"), data);
            default -> null;
        };
    }

    private static ReasoningBlock.@Nullable Signature signature(@Nullable Object value) {
        return value instanceof Map<?, ?> fields
                ? new ReasoningBlock.Signature(
                        text(fields, "value"), Boolean.TRUE.equals(fields.get("redacted")), text(fields, "origin"))
                : null;
    }

    private static String text(Map<?, ?> fields, String name) {
        return fields.get(name) instanceof String text ? text : "";
    }
}
