package dev.understudy.testing.strict;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Rules of Anthropic's Messages about thinking. */
final class AnthropicThinkingRules {

    private static final Set<String> THINKING = Set.of("thinking", "redacted_thinking");

    private AnthropicThinkingRules() {}

    private static boolean thinks(JsonNode body) {
        return AnthropicBlocks.type(body.path("thinking")).equals("enabled");
    }

    static @Nullable String signature(JsonNode body, SentBlocks sent) {
        return AnthropicBlocks.eachBlock(body, (place, block) -> {
            boolean valid = AnthropicBlocks.type(block).equals("thinking")
                    ? sent.hasSigned(Roles.text(block, "signature"), Roles.text(block, "thinking"))
                    : !AnthropicBlocks.type(block).equals("redacted_thinking")
                            || sent.hasSigned(Roles.text(block, "data"));
            return valid ? null : place + ": Invalid `signature` in `thinking` block";
        });
    }

    /** The latest turn has its thinking in place, or none at all. */
    static @Nullable String moved(JsonNode body, SentBlocks sent) {
        List<JsonNode> messages = Roles.messages(body);
        for (int i = messages.size() - 1; i >= 0; i--) {
            if (Roles.is(messages.get(i), "assistant")) {
                List<String> turn = new ArrayList<>();
                boolean thought = false;
                for (JsonNode block : AnthropicBlocks.blocks(messages.get(i))) {
                    thought |= THINKING.contains(AnthropicBlocks.type(block));
                    switch (AnthropicBlocks.type(block)) {
                        case "thinking" -> turn.add(Roles.text(block, "signature"));
                        case "redacted_thinking" -> turn.add(Roles.text(block, "data"));
                        case "tool_use" -> turn.add(Roles.text(block, "id"));
                        default -> {}
                    }
                }
                return thought && !sent.hasTurn(turn)
                        ? "messages." + i
                                + ".content.0: `thinking` or `redacted_thinking` blocks in the latest assistant"
                                + " message cannot be modified. These blocks must remain as they were in the original"
                                + " response."
                        : null;
            }
        }
        return null;
    }

    /** A loop of calls and results that goes on begins with thinking. */
    static @Nullable String thinkingFirst(JsonNode body) {
        if (!thinks(body)) {
            return null;
        }
        List<JsonNode> messages = Roles.messages(body);
        for (int i = messages.size() - 1; i >= 0; i--) {
            List<JsonNode> blocks = AnthropicBlocks.blocks(messages.get(i));
            boolean hasCall = blocks.stream()
                    .anyMatch(block -> AnthropicBlocks.type(block).equals("tool_use"));
            if (Roles.is(messages.get(i), "assistant")) {
                return hasCall && !THINKING.contains(AnthropicBlocks.type(blocks.get(0)))
                        ? "messages." + i + ".content.0.type: Expected `thinking` or `redacted_thinking`, but found `"
                                + AnthropicBlocks.type(blocks.get(0))
                                + "`. When `thinking` is enabled, a final `assistant` message must"
                                + " start with a thinking block (preceeding the lastmost set of `tool_use` and"
                                + " `tool_result` blocks)."
                        : null;
            }
            if (blocks.stream().noneMatch(block -> AnthropicBlocks.type(block).equals("tool_result"))) {
                return null;
            }
        }
        return null;
    }

    static @Nullable String forced(JsonNode body) {
        return thinks(body) && Set.of("any", "tool").contains(AnthropicBlocks.type(body.path("tool_choice")))
                ? "Thinking may not be enabled when tool_choice forces tool use."
                : null;
    }

    static @Nullable String budget(JsonNode body) {
        int tokens = body.path("thinking").path("budget_tokens").asInt(0);
        return thinks(body) && tokens >= body.path("max_tokens").asInt(0)
                ? "`max_tokens` must be greater than `thinking.budget_tokens`."
                : null;
    }
}
