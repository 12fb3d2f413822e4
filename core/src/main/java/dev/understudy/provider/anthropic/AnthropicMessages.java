package dev.understudy.provider.anthropic;

import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.Message;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ToolCall;
import dev.understudy.provider.conversation.ConversationRules;
import dev.understudy.provider.dialect.DialectName;
import dev.understudy.provider.dialect.ToolArguments;
import dev.understudy.provider.dialect.ToolCallIdMapper;
import dev.understudy.provider.dialect.VendorFields;
import dev.understudy.provider.endpoint.OpenAiCompatibility.CallIds;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Encodes a conversation as alternating turns of user and assistant: consecutive messages of one role are merged.
 * Tool results belong to the user and come first in a turn, as the API requires. Empty texts, which it refuses, are
 * omitted, and so is reasoning that is unsigned or was signed by another vendor. The blocks of an answer keep their order. Ids of tool calls are restricted to
 * the allowed characters and unique. Trailing white space of a final assistant message is refused and removed.
 */
public final class AnthropicMessages {

    public static final CallIds CALL_IDS = new CallIds("_-", 1, Integer.MAX_VALUE);

    public static final ConversationRules RULES = ConversationRules.any()
            .withOnlyReasoning()
            .withUserFirst()
            .withDeclaredTools()
            .withMediaInResults();

    private final ToolCallIdMapper ids = new ToolCallIdMapper(CALL_IDS);
    private final List<Map<String, Object>> turns = new ArrayList<>();
    private String role = "";
    private final List<Map<String, Object>> results = new ArrayList<>();
    private final List<Map<String, Object>> blocks = new ArrayList<>();

    private final AnthropicServerTools serverTools;

    private AnthropicMessages(AnthropicServerTools serverTools) {
        this.serverTools = serverTools;
    }

    static List<Map<String, Object>> of(List<Message> messages) {
        AnthropicMessages turns = new AnthropicMessages(AnthropicServerTools.of(messages));
        messages.forEach(turns::add);
        return turns.end();
    }

    /** Returns a turn of plain text. */
    static Map<String, Object> textTurn(String role, Object content) {
        Map<String, Object> turn = new LinkedHashMap<>();
        turn.put("role", role);
        turn.put("content", content);
        return turn;
    }

    private void add(Message message) {
        if (message instanceof Message.User user) {
            turn("user");
            user.parts().forEach(this::part);
        } else if (message instanceof Message.Assistant assistant) {
            turn("assistant");
            assistant.blocks().forEach(this::content);
            cached(assistant.cacheHint());
        } else if (message instanceof Message.ToolResult result) {
            turn("user");
            result(result);
        }
    }

    private List<Map<String, Object>> end() {
        if (role.equals("assistant")) {
            trimEnd();
        }
        turn("");
        return turns;
    }

    /** Completes the current turn if the role changes. */
    private void turn(String next) {
        if (next.equals(role)) {
            return;
        }
        List<Map<String, Object>> content = new ArrayList<>(results);
        content.addAll(blocks);
        if (!content.isEmpty()) {
            String plain = content.size() == 1 ? plain(content.get(0)) : null;
            turns.add(textTurn(role, plain != null ? plain : content));
        }
        results.clear();
        blocks.clear();
        role = next;
    }

    private static @Nullable String plain(Map<String, Object> block) {
        return block.size() == 2 && block.get("text") instanceof String text ? text : null;
    }

    private void trimEnd() {
        while (!blocks.isEmpty()) {
            Map<String, Object> last = blocks.remove(blocks.size() - 1);
            String text = plain(last);
            if (text == null && !isThought(last)) {
                blocks.add(last);
                return;
            }
            if (text != null && !text.isBlank()) {
                text(text.stripTrailing());
                return;
            }
        }
    }

    private static boolean isThought(Map<String, Object> block) {
        return block.containsKey("signature") || "redacted_thinking".equals(block.get("type"));
    }

    private void part(Message.Part part) {
        Map<String, Object> encoded = AnthropicParts.of(part);
        if (encoded != null) {
            blocks.add(encoded);
            cached(part.cacheHint());
        }
    }

    /** Marks the last block that may be marked. */
    private void cached(Message.CacheHint cacheHint) {
        for (int i = blocks.size() - 1; i >= 0 && cacheHint != Message.CacheHint.NONE; i--) {
            if (!isThought(blocks.get(i))) {
                AnthropicCache.mark(blocks.get(i), cacheHint);
                return;
            }
        }
    }

    private void text(String text) {
        if (!text.isBlank()) {
            blocks.add(block("text", "text", text));
        }
    }

    private void content(ContentBlock content) {
        Map<String, ?> own = VendorFields.of(content, DialectName.ANTHROPIC);
        if (content instanceof ContentBlock.Text words) {
            if (!words.text().isBlank()) {
                add(block("text", "text", words.text()), own);
            }
        } else if (content instanceof ContentBlock.Refusal refusal) {
            text(refusal.text());
        } else if (content instanceof ReasoningBlock reasoning) {
            reasoning(reasoning, own);
        } else if (content instanceof ToolCall call) {
            call(call, own);
        } else if (content instanceof ContentBlock.Opaque && serverTools.isSendable(own)) {
            add(new LinkedHashMap<>(), own);
        }
    }

    private void add(Map<String, Object> block, Map<String, ?> own) {
        block.putAll(own);
        blocks.add(block);
    }

    private void reasoning(ReasoningBlock reasoning, Map<String, ?> own) {
        ReasoningBlock.Signature signature = reasoning.signature();
        if (signature != null && signature.origin().equals(DialectName.ANTHROPIC)) {
            add(
                    signature.redacted()
                            ? block("redacted_thinking", "data", signature.value())
                            : block("thinking", "thinking", reasoning.text(), "signature", signature.value()),
                    own);
        }
    }

    private void call(ToolCall call, Map<String, ?> own) {
        add(
                block(
                        "tool_use",
                        "id",
                        ids.of(call),
                        "name",
                        sanitized(call.name()),
                        "input",
                        ToolArguments.object(call.arguments())),
                own);
    }

    private void result(Message.ToolResult result) {
        Object content = result.media().isEmpty()
                ? result.content()
                : result.parts().stream()
                        .map(AnthropicParts::of)
                        .filter(Objects::nonNull)
                        .toList();
        Map<String, Object> block = block("tool_result", "tool_use_id", ids.of(result), "content", content);
        if (result.error()) {
            block.put("is_error", true);
        }
        AnthropicCache.mark(block, result.cacheHint());
        results.add(block);
    }

    private static String sanitized(String word) {
        return word.replaceAll("[^a-zA-Z0-9_-]", "_");
    }

    private static Map<String, Object> block(String type, Object... fields) {
        Map<String, Object> block = new LinkedHashMap<>();
        block.put("type", type);
        for (int i = 0; i < fields.length; i += 2) {
            block.put((String) fields[i], fields[i + 1]);
        }
        return block;
    }
}
