package dev.understudy.testing.strict;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Rules of Anthropic's Messages. */
final class AnthropicRules {

    /** Models that continue no message: those of 4.6 and later. */
    private static final Pattern WITHOUT_PREFILL = Pattern.compile("claude-[a-z]+-(?:4-[6-9]|[5-9])(?!\\d).*");

    private static final Pattern ID = Pattern.compile("[a-zA-Z0-9_-]+");

    /** Fields of the blocks that a client writes itself. */
    private static final Map<String, Set<String>> FIELDS = Map.of(
            "text", Set.of("type", "text", "cache_control", "citations"),
            "thinking", Set.of("type", "thinking", "signature"),
            "redacted_thinking", Set.of("type", "data"),
            "tool_use", Set.of("type", "id", "name", "input", "cache_control", "caller"),
            "tool_result", Set.of("type", "tool_use_id", "content", "is_error", "cache_control"),
            "image", Set.of("type", "source", "cache_control"));

    static final List<StrictRule> RULES = List.of(
            StrictRule.of("max_tokens", body -> body.has("max_tokens") ? null : "max_tokens: Field required"),
            StrictRule.of("system_role", AnthropicRules::system),
            StrictRule.of("unknown_field", AnthropicRules::unknown),
            StrictRule.of("empty_message", AnthropicRules::emptyMessage),
            StrictRule.of("empty_text", AnthropicRules::emptyText),
            StrictRule.of("trailing_space", AnthropicRules::trailingSpace),
            StrictRule.of("call_id_form", AnthropicRules::callId),
            StrictRule.of("call_without_result", AnthropicRules::unanswered),
            StrictRule.of("result_without_call", AnthropicRules::orphan),
            StrictRule.withSent("foreign_signature", AnthropicThinkingRules::signature),
            StrictRule.withSent("moved_thinking", AnthropicThinkingRules::moved),
            StrictRule.of("thinking_required", AnthropicThinkingRules::thinkingFirst),
            StrictRule.of("forced_tool_while_thinking", AnthropicThinkingRules::forced),
            StrictRule.of("thinking_budget", AnthropicThinkingRules::budget),
            StrictRule.of("trailing_assistant", AnthropicRules::prefill));

    private AnthropicRules() {}

    private static @Nullable String system(JsonNode body) {
        return Roles.messages(body).stream().anyMatch(message -> Roles.is(message, "system"))
                ? "messages: Unexpected role \"system\". The Messages API accepts a top-level `system` parameter, not"
                        + " \"system\" as an input message role."
                : null;
    }

    private static @Nullable String unknown(JsonNode body) {
        return AnthropicBlocks.eachBlock(body, (place, block) -> {
            Set<String> known = FIELDS.get(AnthropicBlocks.type(block));
            for (String field : block.propertyNames()) {
                if (known != null && !known.contains(field)) {
                    return place + "." + AnthropicBlocks.type(block) + "." + field + ": Extra inputs are not permitted";
                }
            }
            return null;
        });
    }

    private static @Nullable String emptyMessage(JsonNode body) {
        List<JsonNode> messages = Roles.messages(body);
        for (int i = 0; i < messages.size(); i++) {
            boolean optional = i == messages.size() - 1 && Roles.is(messages.get(i), "assistant");
            if (!optional && Roles.isBlank(messages.get(i).path("content"))) {
                return "messages." + i
                        + ": all messages must have non-empty content except for the optional final assistant message";
            }
        }
        return null;
    }

    private static @Nullable String emptyText(JsonNode body) {
        return AnthropicBlocks.eachBlock(
                body,
                (place, block) -> AnthropicBlocks.type(block).equals("text")
                                && Roles.text(block, "text").isBlank()
                        ? "messages: text content blocks must be non-empty"
                        : null);
    }

    private static @Nullable String trailingSpace(JsonNode body) {
        List<JsonNode> messages = Roles.messages(body);
        if (messages.isEmpty() || !Roles.is(messages.get(messages.size() - 1), "assistant")) {
            return null;
        }
        JsonNode content = messages.get(messages.size() - 1).path("content");
        String text = content.isString()
                ? content.stringValue("")
                : content.isEmpty() ? "" : Roles.text(content.get(content.size() - 1), "text");
        return text.stripTrailing().equals(text)
                ? null
                : "messages: final assistant content cannot end with trailing whitespace";
    }

    private static @Nullable String callId(JsonNode body) {
        return AnthropicBlocks.eachBlock(
                body,
                (place, block) -> AnthropicBlocks.type(block).equals("tool_use")
                                && !ID.matcher(Roles.text(block, "id")).matches()
                        ? place + ".tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'"
                        : null);
    }

    /** Results come first in the message behind the calls. */
    private static @Nullable String unanswered(JsonNode body) {
        List<JsonNode> messages = Roles.messages(body);
        for (int i = 0; i < messages.size(); i++) {
            List<String> open = new ArrayList<>();
            for (JsonNode block : AnthropicBlocks.blocks(messages.get(i))) {
                if (AnthropicBlocks.type(block).equals("tool_use")) {
                    open.add(Roles.text(block, "id"));
                }
            }
            List<JsonNode> next = i + 1 < messages.size() ? AnthropicBlocks.blocks(messages.get(i + 1)) : List.of();
            for (JsonNode block : next) {
                if (!AnthropicBlocks.type(block).equals("tool_result")) {
                    break;
                }
                open.remove(Roles.text(block, "tool_use_id"));
            }
            if (!open.isEmpty()) {
                return "messages." + i + ": `tool_use` ids were found without `tool_result` blocks immediately after: "
                        + String.join(", ", open) + ". Each `tool_use` block must have a corresponding `tool_result`"
                        + " block in the next message.";
            }
        }
        return null;
    }

    private static @Nullable String orphan(JsonNode body) {
        List<JsonNode> messages = Roles.messages(body);
        for (int i = 0; i < messages.size(); i++) {
            List<String> calls = new ArrayList<>();
            if (i > 0) {
                AnthropicBlocks.blocks(messages.get(i - 1)).forEach(block -> calls.add(Roles.text(block, "id")));
            }
            List<JsonNode> blocks = AnthropicBlocks.blocks(messages.get(i));
            for (int j = 0; j < blocks.size(); j++) {
                String id = Roles.text(blocks.get(j), "tool_use_id");
                if (AnthropicBlocks.type(blocks.get(j)).equals("tool_result") && !calls.contains(id)) {
                    return "messages." + i + ".content." + j + ": unexpected `tool_use_id` found in `tool_result`"
                            + " blocks: " + id + ". Each `tool_result` block must have a corresponding `tool_use` block"
                            + " in the previous message.";
                }
            }
        }
        return null;
    }

    private static @Nullable String prefill(JsonNode body) {
        List<JsonNode> messages = Roles.messages(body);
        boolean trailing = !messages.isEmpty() && Roles.is(messages.get(messages.size() - 1), "assistant");
        return trailing && WITHOUT_PREFILL.matcher(Roles.text(body, "model")).matches()
                ? "This model does not support assistant message prefill. The conversation must end with a user message."
                : null;
    }
}
