package dev.understudy.provider.openai.responses;

import static dev.understudy.provider.dialect.ExtraFields.fields;

import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.Message;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ToolCall;
import dev.understudy.provider.dialect.DialectName;
import dev.understudy.provider.dialect.ToolCallIdMapper;
import dev.understudy.provider.dialect.VendorFields;
import dev.understudy.provider.json.Json;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Encodes assistant turns and tool results as items. Items of this origin go back as they came, reasoning before the
 * item that it led to. The vendor refuses an item with an id whose reasoning is missing, and reasoning that nothing
 * follows. So where a turn holds reasoning that cannot go back, which is reasoning without encrypted or plain content,
 * its items go back without ids, and items of the vendor's own tools are omitted. Not thread-safe.
 */
final class OpenAiResponsesTurn {

    private static final String ID = "id";
    private static final String CONTENT = "content";

    private final ToolCallIdMapper ids;
    private final List<Object> input;
    private final Set<String> customCalls = new HashSet<>();

    /** Types of the vendor's calls that run at the caller, by id. */
    private final Map<String, String> clientCalls = new HashMap<>();

    OpenAiResponsesTurn(ToolCallIdMapper ids, List<Object> input) {
        this.ids = ids;
        this.input = input;
    }

    void add(Message.ToolResult result) {
        String id = ids.of(result);
        String clientCall = clientCalls.get(id);
        if (clientCall != null) {
            input.add(clientResult(clientCall, id, result));
            return;
        }
        String type = customCalls.contains(id) ? "custom_tool_call_output" : "function_call_output";
        Object output = result.media().isEmpty()
                ? result.content()
                : result.parts().stream().map(OpenAiResponsesPart::of).toList();
        input.add(fields("type", type, "call_id", id, "output", output));
    }

    /** Results of such calls have fields of their own, which may be the JSON of the result, or the whole item. */
    private static Map<String, ? extends @Nullable Object> clientResult(
            String type, String id, Message.ToolResult result) {
        Map<String, @Nullable Object> item = new LinkedHashMap<>(fields("type", type + "_output", "call_id", id));
        Map<String, @Nullable Object> own = Json.object(result.content());
        if (own != null && String.valueOf(own.get("type")).endsWith("_output")) {
            own.put("call_id", id);
            return own;
        }
        if (own != null && own.containsKey("output")) {
            own.forEach(item::putIfAbsent);
        } else if (!result.media().isEmpty()) {
            item.put("output", OpenAiResponsesPart.of(result.media().get(0)));
        } else {
            item.put("output", result.content());
        }
        return item;
    }

    void add(Message.Assistant assistant) {
        List<ContentBlock> blocks = assistant.blocks();
        boolean whole = blocks.stream().allMatch(OpenAiResponsesTurn::isReturnable);
        String lastId = "";
        for (int i = 0; i < blocks.size(); i++) {
            ContentBlock block = blocks.get(i);
            Map<String, ? extends @Nullable Object> own =
                    whole ? VendorFields.of(block, DialectName.OPENAI_RESPONSES) : Map.of();
            String id = String.valueOf(own.get(ID));
            boolean sent = own.containsKey(ID) && id.equals(lastId);
            lastId = id;
            if (block instanceof ReasoningBlock reasoning) {
                if (isFollowed(blocks, i)) {
                    reasoning(reasoning, own);
                }
            } else if (block instanceof ToolCall call) {
                call(call, own, VendorFields.of(block, DialectName.OPENAI_RESPONSES));
            } else if (block instanceof ContentBlock.Text text) {
                message("output_text", text.text(), own, sent);
            } else if (block instanceof ContentBlock.Refusal refusal) {
                message("refusal", refusal.text(), own, sent);
            } else if (!own.isEmpty()) {
                input.add(own);
            }
        }
    }

    /** Returns false for reasoning of this origin that the vendor would not find again. */
    private static boolean isReturnable(ContentBlock block) {
        if (!(block instanceof ReasoningBlock reasoning) || reasoning.signature() != null) {
            return true;
        }
        Map<String, ? extends @Nullable Object> own = VendorFields.of(block, DialectName.OPENAI_RESPONSES);
        return own.isEmpty() || hasContent(own);
    }

    private static boolean hasContent(Map<String, ? extends @Nullable Object> own) {
        return own.get(CONTENT) instanceof Collection<?> content && !content.isEmpty();
    }

    private static boolean isFollowed(List<ContentBlock> blocks, int at) {
        return blocks.subList(at + 1, blocks.size()).stream()
                .anyMatch(block -> !(block instanceof ReasoningBlock)
                        && !(block instanceof ContentBlock.Text text
                                && text.text().isEmpty()));
    }

    private void reasoning(ReasoningBlock reasoning, Map<String, ? extends @Nullable Object> own) {
        ReasoningBlock.Signature signature = reasoning.signature();
        String encrypted =
                signature != null && signature.origin().equals(DialectName.OPENAI_RESPONSES) ? signature.value() : null;
        if (!own.isEmpty() && (encrypted != null || hasContent(own))) {
            Map<String, @Nullable Object> item = new LinkedHashMap<>(own);
            if (encrypted != null) {
                item.put("encrypted_content", encrypted);
            }
            input.add(item);
        } else if (encrypted != null) {
            List<Object> summary = reasoning.text().isEmpty()
                    ? List.of()
                    : List.of(fields("type", "summary_text", "text", reasoning.text()));
            input.add(fields("type", "reasoning", "summary", summary, "encrypted_content", encrypted));
        }
    }

    private void message(String type, String text, Map<String, ? extends @Nullable Object> own, boolean sent) {
        if (sent || text.isEmpty()) {
            return;
        }
        if (own.containsKey(CONTENT)) {
            input.add(own);
            return;
        }
        Map<String, Object> part = fields("type", type, type.equals("refusal") ? type : "text", text);
        if (!own.isEmpty()) {
            if (type.equals("output_text")) {
                part.put("annotations", List.of());
            }
            Map<String, @Nullable Object> item = new LinkedHashMap<>(own);
            item.put(CONTENT, List.of(part));
            input.add(item);
        } else {
            input.add(fields("role", "assistant", CONTENT, type.equals("refusal") ? List.of(part) : text));
        }
    }

    /** @param origin the vendor data, also where the turn goes back without ids */
    private void call(
            ToolCall call,
            Map<String, ? extends @Nullable Object> own,
            Map<String, ? extends @Nullable Object> origin) {
        String id = ids.of(call);
        if (OpenAiClientTools.ACTIONS.containsKey(String.valueOf(origin.get("type")))) {
            clientCalls.put(id, String.valueOf(origin.get("type")));
            Map<String, @Nullable Object> item = new LinkedHashMap<>(origin);
            item.put("call_id", id);
            input.add(item);
            return;
        }
        boolean custom = OpenAiResponsesItem.CUSTOM_CALL.equals(origin.get("type"));
        if (custom) {
            customCalls.add(id);
        }
        Map<String, @Nullable Object> item = new LinkedHashMap<>();
        item.put("type", custom ? OpenAiResponsesItem.CUSTOM_CALL : "function_call");
        item.putAll(own);
        item.put("call_id", id);
        item.put("name", call.name());
        item.put(custom ? "input" : "arguments", call.arguments());
        input.add(item);
    }
}
