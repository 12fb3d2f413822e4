package dev.understudy.provider.anthropic;

import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.VendorData;
import dev.understudy.provider.dialect.DialectName;
import dev.understudy.provider.dialect.VendorFields;
import dev.understudy.provider.json.Json;
import dev.understudy.provider.json.JsonReader;
import dev.understudy.provider.json.JsonTree;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One content block, whole or as it begins. Fields that the content model has no place for become vendor data, and so
 * do blocks of other types than text, reasoning and calls.
 *
 * @param type "" if it has none
 * @param fields all fields, the type included
 */
record AnthropicBlock(String type, Map<String, @Nullable Object> fields) {

    private static final Map<String, Set<String>> KNOWN = Map.of(
            "text", Set.of("type", "text"),
            "thinking", Set.of("type", "thinking", "signature"),
            "redacted_thinking", Set.of("type", "data"),
            "tool_use", Set.of("type", "id", "name", "input"));

    static AnthropicBlock read(JsonReader in) {
        Map<String, @Nullable Object> fields = JsonTree.object(in);
        return new AnthropicBlock(text(fields.get("type")), fields);
    }

    /** Returns an empty text block, for a stream that does not announce it. */
    static AnthropicBlock ofText() {
        return new AnthropicBlock("text", Map.of());
    }

    /** Text of a text or reasoning block. */
    String text() {
        return text(fields.get(type.equals("thinking") ? "thinking" : "text"));
    }

    /** Signature of a reasoning block; null without one. */
    ReasoningBlock.@Nullable Signature reasoningSignature() {
        return type.equals("redacted_thinking")
                ? signature(text(fields.get("data")), true)
                : signature(text(fields.get("signature")), false);
    }

    /** Model that takes over from here on, told by a marker of the vendor's own fallback; null for other blocks. */
    @Nullable
    String fallback() {
        if (!type.equals("fallback")) {
            return null;
        }
        return fields.get("to") instanceof Map<?, ?> to ? text(to.get("model")) : text(fields.get("to"));
    }

    String id() {
        return text(fields.get("id"));
    }

    String name() {
        return text(fields.get("name"));
    }

    /** Arguments of a call as JSON, "{}" without any. */
    String input() {
        Object input = fields.get("input");
        return input instanceof Map<?, ?> object ? Json.text(object) : input instanceof String text ? text : "{}";
    }

    /** Returns true for a block that only the vendor interprets. */
    boolean isOpaque() {
        return !type.isEmpty() && !KNOWN.containsKey(type);
    }

    /** Returns the fields beside the content as vendor data, the whole block for an opaque one; null without any. */
    @Nullable
    VendorData vendorData() {
        Set<String> known = KNOWN.getOrDefault(type, Set.of());
        Map<String, @Nullable Object> rest = new LinkedHashMap<>();
        fields.forEach((name, value) -> {
            boolean nothing = value == null || (value instanceof Collection<?> list && list.isEmpty());
            if (!known.contains(name) && (isOpaque() || !nothing)) {
                rest.put(name, value);
            }
        });
        return VendorFields.data(DialectName.ANTHROPIC, rest);
    }

    /** Returns a whole block as content; null if it is empty. */
    @Nullable
    ContentBlock content() {
        VendorData data = vendorData();
        return switch (type) {
            case "" -> null;
            case "text" -> text().isEmpty() && data == null ? null : new ContentBlock.Text(text(), data);
            case "thinking", "redacted_thinking" ->
                text().isEmpty() && reasoningSignature() == null
                        ? null
                        : new ReasoningBlock(text(), reasoningSignature(), data);
            case "tool_use" -> new ToolCall(id(), name(), input(), data);
            default -> data == null ? null : new ContentBlock.Opaque(type, data);
        };
    }

    static ReasoningBlock.@Nullable Signature signature(String value, boolean redacted) {
        return value.isEmpty() ? null : new ReasoningBlock.Signature(value, redacted, DialectName.ANTHROPIC);
    }

    private static String text(@Nullable Object value) {
        return value instanceof String || value instanceof Number ? value.toString() : "";
    }
}
