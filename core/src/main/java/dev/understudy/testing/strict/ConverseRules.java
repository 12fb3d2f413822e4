package dev.understudy.testing.strict;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Rules of Bedrock's Converse. */
final class ConverseRules {

    private static final Pattern ID = Pattern.compile("[a-zA-Z0-9_-]{1,64}");
    private static final String CALL = "toolUse";
    private static final String RESULT = "toolResult";
    private static final String CALL_ID = "toolUseId";

    static final List<StrictRule> RULES = List.of(
            StrictRule.of("user_not_first", ConverseRules::userFirst),
            StrictRule.of("roles_not_alternating", ConverseRules::alternating),
            StrictRule.of("empty_message", ConverseRules::emptyMessage),
            StrictRule.of("empty_text", ConverseRules::emptyText),
            StrictRule.of("tools_undeclared", ConverseRules::toolConfig),
            StrictRule.of("call_id_form", ConverseRules::callId),
            StrictRule.of("call_input_form", ConverseRules::input),
            StrictRule.of("call_without_result", ConverseRules::unanswered),
            StrictRule.of("result_without_call", ConverseRules::excess),
            StrictRule.of("failure_without_text", ConverseRules::emptyError),
            StrictRule.withSent("foreign_signature", ConverseRules::signature));

    /** Rules of Llama and Mistral, beside those of all models. */
    static final List<StrictRule> OF_LLAMA_AND_MISTRAL = Stream.concat(
                    RULES.stream(),
                    Stream.of(
                            StrictRule.of("text_beside_call", body -> beside(body, CALL, "tool use")),
                            StrictRule.of("text_beside_result", body -> beside(body, RESULT, "tool result"))))
            .toList();

    private ConverseRules() {}

    private static @Nullable String beside(JsonNode body, String kind, String words) {
        List<JsonNode> messages = Roles.messages(body);
        for (int i = 0; i < messages.size(); i++) {
            List<JsonNode> blocks = content(messages.get(i));
            if (blocks.stream().anyMatch(block -> block.has(kind))
                    && blocks.stream().anyMatch(block -> block.has("text") || block.has("image"))) {
                return "messages." + i + ".content: Conversation blocks and " + words
                        + " blocks cannot be provided in the same turn.";
            }
        }
        return null;
    }

    private static List<JsonNode> content(JsonNode message) {
        return Roles.list(message.path("content"));
    }

    private interface BlockCheck {
        @Nullable
        String message(int message, int block, JsonNode content);
    }

    private static @Nullable String eachBlock(JsonNode body, BlockCheck check) {
        List<JsonNode> messages = Roles.messages(body);
        for (int i = 0; i < messages.size(); i++) {
            List<JsonNode> blocks = content(messages.get(i));
            for (int j = 0; j < blocks.size(); j++) {
                String message = check.message(i, j, blocks.get(j));
                if (message != null) {
                    return message;
                }
            }
        }
        return null;
    }

    private static @Nullable String userFirst(JsonNode body) {
        List<JsonNode> messages = Roles.messages(body);
        return messages.isEmpty() || !Roles.is(messages.get(0), "user")
                ? "A conversation must start with a user message. Try again with a conversation that starts with a user"
                        + " message."
                : null;
    }

    private static @Nullable String alternating(JsonNode body) {
        List<JsonNode> messages = Roles.messages(body);
        for (int i = 1; i < messages.size(); i++) {
            if (Roles.text(messages.get(i), "role").equals(Roles.text(messages.get(i - 1), "role"))) {
                return "A conversation must alternate between user and assistant roles. Make sure the conversation"
                        + " alternates between user and assistant roles and try again.";
            }
        }
        return null;
    }

    private static @Nullable String emptyMessage(JsonNode body) {
        List<JsonNode> messages = Roles.messages(body);
        for (int i = 0; i < messages.size(); i++) {
            if (content(messages.get(i)).isEmpty()) {
                return "The content field in the Message object at messages." + i
                        + " is empty. Add a ContentBlock object to the content field and try again.";
            }
        }
        return null;
    }

    private static @Nullable String emptyText(JsonNode body) {
        return eachBlock(
                body,
                (i, j, block) -> block.has("text") && Roles.text(block, "text").isBlank()
                        ? "The text field in the ContentBlock object at messages." + i + ".content." + j
                                + " is blank. Add text to the text field, and try again."
                        : null);
    }

    private static @Nullable String toolConfig(JsonNode body) {
        return body.path("toolConfig").path("tools").isEmpty()
                ? eachBlock(
                        body,
                        (i, j, block) -> block.has(CALL) || block.has(RESULT)
                                ? "The toolConfig field must be defined when using toolUse and toolResult content blocks."
                                : null)
                : null;
    }

    private static @Nullable String callId(JsonNode body) {
        return eachBlock(body, (i, j, block) -> {
            String id = Roles.text(block.path(CALL), CALL_ID);
            return block.has(CALL) && !ID.matcher(id).matches()
                    ? "1 validation error detected: Value '" + id + "' at 'messages." + (i + 1) + ".member.content."
                            + (j + 1) + ".member.toolUse.toolUseId' failed to satisfy constraint: Member must satisfy"
                            + " regular expression pattern: [a-zA-Z0-9_-]+"
                    : null;
        });
    }

    private static @Nullable String input(JsonNode body) {
        return eachBlock(
                body,
                (i, j, block) ->
                        block.has(CALL) && !block.path(CALL).path("input").isObject()
                                ? "The format of the value at messages." + i + ".content." + j
                                        + ".toolUse.input is invalid. Provide a json object for the field and try again."
                                : null);
    }

    private static @Nullable String unanswered(JsonNode body) {
        List<JsonNode> messages = Roles.messages(body);
        for (int i = 0; i < messages.size(); i++) {
            List<String> open = ids(messages.get(i), CALL);
            if (i + 1 < messages.size()) {
                open.removeAll(ids(messages.get(i + 1), RESULT));
            }
            if (!open.isEmpty()) {
                return "Expected toolResult blocks at messages." + (i + 1) + ".content for the following Ids: "
                        + String.join(", ", open);
            }
        }
        return null;
    }

    private static @Nullable String excess(JsonNode body) {
        List<JsonNode> messages = Roles.messages(body);
        for (int i = 0; i < messages.size(); i++) {
            List<String> results = ids(messages.get(i), RESULT);
            if (i > 0) {
                ids(messages.get(i - 1), CALL).forEach(results::remove);
            }
            if (!results.isEmpty()) {
                return "The number of toolResult blocks at messages." + i
                        + ".content exceeds the number of toolUse blocks of previous turn.";
            }
        }
        return null;
    }

    private static List<String> ids(JsonNode message, String kind) {
        List<String> ids = new ArrayList<>();
        for (JsonNode block : content(message)) {
            if (block.has(kind) && !Roles.text(block.path(kind), "type").equals("server_tool_use")) {
                ids.add(Roles.text(block.path(kind), CALL_ID));
            }
        }
        return ids;
    }

    private static @Nullable String emptyError(JsonNode body) {
        return eachBlock(
                body,
                (i, j, block) -> Roles.text(block.path(RESULT), "status").equals("error")
                                && block.path(RESULT).path("content").isEmpty()
                        ? "The content field at messages." + i + ".content." + j
                                + ".toolResult cannot be empty when status value is error."
                        : null);
    }

    private static @Nullable String signature(JsonNode body, SentBlocks sent) {
        return eachBlock(body, (i, j, block) -> {
            JsonNode reasoning = block.path("reasoningContent");
            JsonNode text = reasoning.path("reasoningText");
            boolean valid = text.has("signature")
                    ? sent.hasSigned(Roles.text(text, "signature"), Roles.text(text, "text"))
                    : !reasoning.has("redactedContent") || sent.hasSigned(Roles.text(reasoning, "redactedContent"));
            return valid
                    ? null
                    : "The model returned the following errors: messages." + i + ".content." + j
                            + ": Invalid `signature` in `thinking` block";
        });
    }
}
