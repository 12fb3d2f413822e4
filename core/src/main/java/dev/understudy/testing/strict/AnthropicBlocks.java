package dev.understudy.testing.strict;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads the blocks of Anthropic's Messages. */
final class AnthropicBlocks {

    private AnthropicBlocks() {}

    static String type(JsonNode block) {
        return Roles.text(block, "type");
    }

    /** Returns the blocks of a message; none for one of plain text. */
    static List<JsonNode> blocks(JsonNode message) {
        return Roles.list(message.path("content"));
    }

    /** Applies a check to each block. */
    static @Nullable String eachBlock(JsonNode body, BlockCheck check) {
        List<JsonNode> messages = Roles.messages(body);
        for (int i = 0; i < messages.size(); i++) {
            List<JsonNode> blocks = blocks(messages.get(i));
            for (int j = 0; j < blocks.size(); j++) {
                String message = check.message("messages." + i + ".content." + j, blocks.get(j));
                if (message != null) {
                    return message;
                }
            }
        }
        return null;
    }

    interface BlockCheck {
        @Nullable
        String message(String place, JsonNode block);
    }
}
