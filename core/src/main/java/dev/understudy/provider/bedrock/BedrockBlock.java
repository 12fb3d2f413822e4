package dev.understudy.provider.bedrock;

import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.VendorData;
import dev.understudy.provider.dialect.DialectName;
import dev.understudy.provider.dialect.ExtraFields;
import dev.understudy.provider.dialect.VendorFields;
import dev.understudy.provider.json.Json;
import dev.understudy.provider.json.JsonReader;
import dev.understudy.provider.json.JsonTree;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Content block, whole, as it begins, or a fragment of it: Converse has the same fields for all three. Reset for each
 * event.
 */
final class BedrockBlock {

    static final String CITATIONS = "citations";
    static final String CALL = "toolUse";

    String text = "";
    String reasoning = "";
    String signature = "";
    String redacted = "";

    /** The block is a tool call, or a fragment of one. */
    boolean isCall;

    String callId = "";
    String name = "";
    String input = "";

    /** Citations of a text; empty without any. */
    List<@Nullable Object> citations = List.of();

    /** A block of another type with its fields, or a fragment of one; empty without any. */
    Map<String, @Nullable Object> other = Map.of();

    void clear() {
        text = "";
        reasoning = "";
        signature = "";
        redacted = "";
        isCall = false;
        callId = "";
        name = "";
        input = "";
        citations = List.of();
        other = Map.of();
    }

    /** Returns the block of a whole answer as content; null if it is empty. */
    @Nullable
    ContentBlock content() {
        if (isCall) {
            return new ToolCall(callId, name, input.isEmpty() ? "{}" : input);
        }
        if (!reasoning.isEmpty() || reasoningSignature() != null) {
            return new ReasoningBlock(reasoning, reasoningSignature());
        }
        if (!text.isEmpty()) {
            return new ContentBlock.Text(text, cited(citations));
        }
        return opaque(other);
    }

    /** Returns citations as vendor data; null without any. */
    static @Nullable VendorData cited(List<@Nullable Object> citations) {
        return citations.isEmpty()
                ? null
                : VendorFields.data(DialectName.BEDROCK_CONVERSE, ExtraFields.fields(CITATIONS, citations));
    }

    /** Returns a block that only the vendor interprets; null for an empty one. */
    static @Nullable ContentBlock opaque(Map<String, @Nullable Object> fields) {
        VendorData data = VendorFields.data(DialectName.BEDROCK_CONVERSE, fields);
        return data == null
                ? null
                : new ContentBlock.Opaque(fields.keySet().iterator().next(), data);
    }

    /** Returns the signature of a reasoning block, whose characters may have come in fragments. */
    static ReasoningBlock.@Nullable Signature signed(String signature) {
        return signature.isEmpty()
                ? null
                : new ReasoningBlock.Signature(signature, false, DialectName.BEDROCK_CONVERSE);
    }

    ReasoningBlock.@Nullable Signature reasoningSignature() {
        return redacted.isEmpty()
                ? signed(signature)
                : new ReasoningBlock.Signature(redacted, true, DialectName.BEDROCK_CONVERSE);
    }

    void read(JsonReader in) {
        if (!in.object()) {
            return;
        }
        while (in.nextField()) {
            switch (in.field()) {
                case "text" -> text = in.string("");
                case "citationsContent" -> cited(in);
                case "citation" -> citations = List.of(JsonTree.object(in));
                case "reasoningContent" -> reasoning(in);
                case CALL -> call(in);
                case "type" -> in.skip();
                default -> other(in.field(), JsonTree.of(in));
            }
        }
    }

    /** Reads text with its sources; the text is part of the answer. */
    private void cited(JsonReader in) {
        if (!in.object()) {
            return;
        }
        StringBuilder texts = new StringBuilder(text);
        while (in.nextField()) {
            if (in.field().equals(CITATIONS) && in.isArray() && JsonTree.of(in) instanceof List<?> list) {
                citations = new ArrayList<>(list);
            } else if (in.field().equals("content") && in.array()) {
                while (in.nextElement()) {
                    if (in.object()) {
                        while (in.nextField()) {
                            if (in.field().equals("text")) {
                                texts.append(in.string(""));
                            }
                        }
                    }
                }
            }
        }
        text = texts.toString();
    }

    /** Reads reasoning: whole blocks have an object around text and signature, fragments have not. */
    private void reasoning(JsonReader in) {
        if (!in.object()) {
            return;
        }
        while (in.nextField()) {
            switch (in.field()) {
                case "text" -> reasoning = in.string("");
                case "signature" -> signature = in.string("");
                case "redactedContent", "data" -> redacted = in.string("");
                case "reasoningText" -> reasoning(in);
                default -> in.skip();
            }
        }
    }

    private void call(JsonReader in) {
        Map<String, @Nullable Object> fields = JsonTree.object(in);
        if ("server_tool_use".equals(fields.get("type"))) {
            other(CALL, fields);
            return;
        }
        isCall = true;
        callId = text(fields.get("toolUseId"));
        name = text(fields.get("name"));
        input = fields.get("input") instanceof Map<?, ?> object ? Json.text(object) : text(fields.get("input"));
    }

    private void other(String name, @Nullable Object value) {
        if (value != null) {
            other = new LinkedHashMap<>(other);
            other.put(name, value);
        }
    }

    private static String text(@Nullable Object value) {
        return value instanceof String || value instanceof Number ? value.toString() : "";
    }
}
