package dev.understudy.provider.bedrock;

import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.Message;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ToolCall;
import dev.understudy.provider.dialect.DialectName;
import dev.understudy.provider.dialect.ExtraFields;
import dev.understudy.provider.dialect.ToolCallIdMapper;
import dev.understudy.provider.dialect.VendorFields;
import dev.understudy.provider.endpoint.OpenAiCompatibility.CallIds;
import dev.understudy.provider.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Encodes a conversation as alternating turns of user and assistant, as Converse requires: consecutive messages of
 * one role are merged, and tool results belong to the user. The blocks of an answer keep their order. Blank
 * texts, which it refuses, are omitted, and so is
 * reasoning that this dialect did not sign. Ids of tool calls are restricted to the allowed characters and unique.
 * Trailing white space of a final assistant message is removed.
 */
final class BedrockMessages {

    static final CallIds CALL_IDS = new CallIds("_-", 1, 64);

    /** Text of a turn that has documents and no text. */
    private static final String DOCUMENT = "See the document.";

    private final ToolCallIdMapper ids = new ToolCallIdMapper(CALL_IDS);
    private final List<Map<String, Object>> turns = new ArrayList<>();
    private final List<Map<String, Object>> blocks = new ArrayList<>();
    private String role = "";

    private BedrockMessages() {}

    static List<Map<String, Object>> of(List<Message> messages) {
        BedrockMessages turns = new BedrockMessages();
        for (int i = 0; i < messages.size(); i++) {
            turns.add(messages.get(i), i == messages.size() - 1);
        }
        turns.turn("");
        return turns.turns;
    }

    private void add(Message message, boolean last) {
        if (message instanceof Message.User user) {
            turn("user");
            user.parts().forEach(this::part);
        } else if (message instanceof Message.Assistant assistant) {
            turn("assistant");
            boolean trailing = last && assistant.toolCalls().isEmpty();
            if (!trailing || !assistant.text().isBlank()) {
                assistant.blocks().forEach(this::content);
            }
            if (trailing) {
                trimEnd();
            }
            cached(assistant.cacheHint());
        } else if (message instanceof Message.ToolResult result) {
            turn("user");
            result(result);
        }
    }

    /** Completes the current turn if the role changes. */
    private void turn(String next) {
        if (next.equals(role)) {
            return;
        }
        if (isTextMissing()) {
            text(DOCUMENT);
        }
        if (!blocks.isEmpty()) {
            turns.add(ExtraFields.fields("role", role, "content", new ArrayList<>(blocks)));
            blocks.clear();
        }
        role = next;
    }

    private void part(Message.Part part) {
        Map<String, Object> encoded = BedrockParts.of(part);
        if (encoded != null) {
            blocks.add(encoded);
            cached(part.cacheHint());
        }
    }

    private void cached(Message.CacheHint cacheHint) {
        if (!blocks.isEmpty() && blocks.get(blocks.size() - 1).get("reasoningContent") == null) {
            BedrockCache.mark(blocks, cacheHint);
        }
    }

    /** Returns true if a turn has a document and no text, which the API refuses. */
    private boolean isTextMissing() {
        return blocks.stream().anyMatch(block -> block.containsKey("document"))
                && blocks.stream().noneMatch(block -> block.containsKey("text"));
    }

    private void text(String text) {
        if (!text.isBlank()) {
            blocks.add(Map.of("text", text));
        }
    }

    private void content(ContentBlock content) {
        Map<String, ? extends @Nullable Object> own = VendorFields.of(content, DialectName.BEDROCK_CONVERSE);
        if (content instanceof ContentBlock.Text words) {
            if (own.isEmpty()) {
                text(words.text());
            } else {
                Map<String, Object> cited = ExtraFields.fields("content", List.of(Map.of("text", words.text())));
                own.forEach((name, value) -> cited.put(name, value == null ? List.of() : value));
                blocks.add(Map.of("citationsContent", cited));
            }
        } else if (content instanceof ContentBlock.Refusal refusal) {
            text(refusal.text());
        } else if (content instanceof ReasoningBlock reasoning) {
            reasoning(reasoning);
        } else if (content instanceof ToolCall call) {
            call(call);
        } else if (!own.isEmpty()) {
            Map<String, Object> whole = new LinkedHashMap<>();
            whole.putAll(own);
            blocks.add(whole);
        }
    }

    /** Removes trailing white space, which is refused at the end of a conversation. */
    private void trimEnd() {
        int end = blocks.size() - 1;
        if (end >= 0 && blocks.get(end).get("text") instanceof String text) {
            blocks.set(end, Map.of("text", text.stripTrailing()));
        }
    }

    private void reasoning(ReasoningBlock reasoning) {
        ReasoningBlock.Signature signature = reasoning.signature();
        if (signature != null && signature.origin().equals(DialectName.BEDROCK_CONVERSE)) {
            Map<String, Object> content = signature.redacted()
                    ? Map.of("redactedContent", signature.value())
                    : Map.of(
                            "reasoningText",
                            ExtraFields.fields("text", reasoning.text(), "signature", signature.value()));
            blocks.add(Map.of("reasoningContent", content));
        }
    }

    private void call(ToolCall call) {
        blocks.add(Map.of(
                "toolUse",
                ExtraFields.fields(
                        "toolUseId", ids.of(call), "name", sanitized(call.name()), "input", input(call.arguments()))));
    }

    /** Arguments as an object; text that is none is sent as a field of its own, so that nothing is lost. */
    private static Map<String, ? extends @Nullable Object> input(String arguments) {
        if (arguments.isBlank()) {
            return Map.of();
        }
        Map<String, @Nullable Object> object = Json.object(arguments);
        return object == null ? Map.of("invalid_arguments", arguments) : object;
    }

    private void result(Message.ToolResult result) {
        List<Map<String, Object>> content = result.parts().stream()
                .map(BedrockParts::of)
                .filter(Objects::nonNull)
                .toList();
        Map<String, Object> block = ExtraFields.fields("toolUseId", ids.of(result), "content", content);
        if (result.error()) {
            block.put("status", "error");
        }
        blocks.add(Map.of("toolResult", block));
        cached(result.cacheHint());
    }

    private static String sanitized(String word) {
        String letters = word.replaceAll("[^a-zA-Z0-9_-]", "_");
        return letters.length() <= 64 ? letters : letters.substring(letters.length() - 64);
    }
}
