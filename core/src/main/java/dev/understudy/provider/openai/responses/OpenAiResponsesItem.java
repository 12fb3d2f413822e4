package dev.understudy.provider.openai.responses;

import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.Message;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.VendorData;
import dev.understudy.provider.dialect.CallArguments;
import dev.understudy.provider.dialect.DialectName;
import dev.understudy.provider.dialect.VendorFields;
import dev.understudy.provider.json.Json;
import dev.understudy.provider.json.JsonReader;
import dev.understudy.provider.json.JsonTree;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One item of an answer, whole or as it begins.
 *
 * @param type "" if it has none
 * @param fields all fields, the type included
 * @param isClientCall true for a call of one of the vendor's tools that the caller runs
 */
record OpenAiResponsesItem(String type, Map<String, @Nullable Object> fields, boolean isClientCall) {

    static final String CUSTOM_CALL = "custom_tool_call";

    /** @param clientCalls types of the vendor's calls that the caller runs */
    static OpenAiResponsesItem read(JsonReader in, Set<String> clientCalls) {
        Map<String, @Nullable Object> fields = JsonTree.object(in);
        String type = text(fields.get("type"));
        return new OpenAiResponsesItem(type, fields, clientCalls.contains(type));
    }

    private static String text(@Nullable Object value) {
        return value instanceof String || value instanceof Number ? value.toString() : "";
    }

    /** The item's own id, "" without one. */
    String id() {
        return text(fields.get("id"));
    }

    /** Text of a message. */
    String text() {
        return isReasoning() ? "" : joined(fields.get("content"), "text");
    }

    /** Refusal of a message. */
    String refusal() {
        return joined(fields.get("content"), "refusal");
    }

    /** Text of a reasoning item: its summary, or its text without a summary. */
    String thought() {
        if (!isReasoning()) {
            return "";
        }
        String summary = joined(fields.get("summary"), "text");
        return summary.isEmpty() ? joined(fields.get("content"), "text") : summary;
    }

    private static String joined(@Nullable Object parts, String field) {
        if (!(parts instanceof List<?> list)) {
            return field.equals("text") ? text(parts) : "";
        }
        StringBuilder all = new StringBuilder();
        for (Object part : list) {
            all.append(part instanceof Map<?, ?> map ? text(map.get(field)) : "");
        }
        return all.toString();
    }

    /** Signature of a reasoning item; null without one. */
    ReasoningBlock.@Nullable Signature reasoningSignature() {
        String value = isReasoning() ? text(fields.get("encrypted_content")) : "";
        return value.isEmpty() ? null : new ReasoningBlock.Signature(value, true, DialectName.OPENAI_RESPONSES);
    }

    /** The id that the result of a call must name. */
    String callId() {
        String callId = text(fields.get("call_id"));
        return callId.isEmpty() ? id() : callId;
    }

    /** Name of the tool. */
    String name() {
        String name = text(fields.get("name"));
        return name.isEmpty() && isClientCall ? type.substring(0, type.length() - "_call".length()) : name;
    }

    /** Arguments of a call as JSON, or the text of a custom call; "" if it has none yet. */
    String arguments() {
        Object arguments = isClientCall
                ? fields.getOrDefault(OpenAiClientTools.ACTIONS.get(type), fields.get("actions"))
                : fields.get(type.equals(CUSTOM_CALL) ? "input" : "arguments");
        return arguments instanceof Map || arguments instanceof List ? Json.text(arguments) : text(arguments);
    }

    boolean isMessage() {
        return type.equals("message");
    }

    boolean isReasoning() {
        return type.equals("reasoning");
    }

    boolean isCall() {
        return type.equals("function_call") || type.equals(CUSTOM_CALL) || isClientCall;
    }

    boolean isCustomCall() {
        return type.equals(CUSTOM_CALL);
    }

    /** Returns true for an item that only the vendor interprets. */
    boolean isOpaque() {
        return !type.isEmpty() && !isMessage() && !isReasoning() && !isCall();
    }

    /** Returns the fields beside the content as vendor data; null without any. */
    @Nullable
    VendorData vendorData() {
        Map<String, @Nullable Object> rest = new LinkedHashMap<>(fields);
        if (isReasoning()) {
            rest.remove("encrypted_content");
        } else if (type.equals("function_call")) {
            rest.keySet().removeAll(Set.of("type", "call_id", "name", "arguments"));
        } else if (type.equals(CUSTOM_CALL)) {
            rest.keySet().removeAll(Set.of("call_id", "name", "input"));
        } else if (isMessage() && isPlain()) {
            rest.remove("content");
        }
        return id().isEmpty() && !isOpaque() && !isClientCall
                ? null
                : VendorFields.data(DialectName.OPENAI_RESPONSES, rest);
    }

    /** Returns true for a message of one text and nothing else, such as annotations. */
    private boolean isPlain() {
        return fields.get("content") instanceof List<?> parts
                && parts.size() == 1
                && parts.get(0) instanceof Map<?, ?> part
                && "output_text".equals(part.get("type"))
                && part.entrySet().stream()
                        .allMatch(entry -> Set.of("type", "text").contains(String.valueOf(entry.getKey()))
                                || entry.getValue() == null
                                || (entry.getValue() instanceof Collection<?> list && list.isEmpty()));
    }

    /** Returns the blocks of a whole item. */
    List<ContentBlock> blocks() {
        List<ContentBlock> blocks = new ArrayList<>(1);
        if (isCall() && name().isEmpty()) {
            throw CallArguments.rejected("a tool call without a name");
        }
        if (isCall()) {
            blocks.add(new ToolCall(callId(), name(), arguments(), vendorData()));
        } else if (isReasoning()) {
            if (!thought().isEmpty() || reasoningSignature() != null) {
                blocks.add(new ReasoningBlock(thought(), reasoningSignature(), vendorData()));
            }
        } else if (isOpaque()) {
            ContentBlock opaque = opaque();
            if (opaque != null) {
                blocks.add(opaque);
            }
        } else {
            if (!text().isEmpty()) {
                blocks.add(new ContentBlock.Text(text(), refusal().isEmpty() ? vendorData() : null));
            }
            if (!refusal().isEmpty()) {
                blocks.add(new ContentBlock.Refusal(refusal(), vendorData()));
            }
        }
        return blocks;
    }

    /** Returns the block of an opaque item; null for any other. */
    @Nullable
    ContentBlock opaque() {
        VendorData data = isOpaque() ? vendorData() : null;
        if (data == null) {
            return null;
        }
        String image = type.equals("image_generation_call") ? text(fields.get("result")) : "";
        if (image.isEmpty()) {
            return new ContentBlock.Opaque(type, data);
        }
        String format = text(fields.get("output_format"));
        return new ContentBlock.Image(
                new Message.Image.Data("image/" + (format.isEmpty() ? "png" : format), image), data);
    }
}
