package dev.understudy.testing.strict;

import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Rules of OpenAI's Chat Completions. */
final class OpenAiRules {

    private static final String INVALID = "invalid_request_error";
    private static final int ID_LENGTH = 40;
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_-]+");

    static final List<StrictRule> RULES = List.of(
            rule("empty_messages", OpenAiRules::emptyMessages).withCode("empty_array"),
            rule("call_without_result", OpenAiRules::unanswered),
            rule("result_without_call", OpenAiRules::orphan),
            rule("call_id_length", OpenAiRules::callId).withCode("string_above_max_length"),
            rule("tool_name", OpenAiRules::toolName).withCode("invalid_value"),
            rule("empty_assistant", OpenAiRules::emptyAssistant),
            rule("image_outside_user", OpenAiRules::image).withCode("invalid_value"),
            rule("max_tokens_of_reasoning_model", OpenAiRules::maxTokens).withCode("unsupported_parameter"));

    /** Names of models that reason. */
    private static final Pattern REASONING = Pattern.compile("(?:o[1-9]|gpt-[5-9])(?:[^a-z0-9].*)?");

    private OpenAiRules() {}

    static StrictRule rule(String name, StrictRule.BodyCheck check) {
        return StrictRule.of(name, check).withType(INVALID);
    }

    private static @Nullable String emptyMessages(JsonNode body) {
        return body.path("messages").isEmpty()
                ? "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array"
                        + " instead."
                : null;
    }

    private static @Nullable String unanswered(JsonNode body) {
        String ids = Roles.unanswered(body);
        return ids == null
                ? null
                : "An assistant message with 'tool_calls' must be followed by tool messages responding to each"
                        + " 'tool_call_id'. The following tool_call_ids did not have response messages: " + ids;
    }

    private static @Nullable String orphan(JsonNode body) {
        return Roles.orphan(body) < 0
                ? null
                : "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with"
                        + " 'tool_calls'.";
    }

    private static @Nullable String callId(JsonNode body) {
        List<JsonNode> messages = Roles.messages(body);
        for (int i = 0; i < messages.size(); i++) {
            List<JsonNode> calls = Roles.list(messages.get(i).path("tool_calls"));
            for (int j = 0; j < calls.size(); j++) {
                int length = Roles.text(calls.get(j), "id").length();
                if (length > ID_LENGTH) {
                    return "Invalid 'messages[" + i + "].tool_calls[" + j + "].id': string too long. Expected a string"
                            + " with maximum length " + ID_LENGTH + ", but got a string with length " + length
                            + " instead.";
                }
            }
        }
        return null;
    }

    private static @Nullable String toolName(JsonNode body) {
        List<JsonNode> messages = Roles.messages(body);
        for (int i = 0; i < messages.size(); i++) {
            List<JsonNode> calls = Roles.list(messages.get(i).path("tool_calls"));
            for (int j = 0; j < calls.size(); j++) {
                if (!NAME.matcher(Roles.text(calls.get(j).path("function"), "name"))
                        .matches()) {
                    return "Invalid 'messages[" + i + "].tool_calls[" + j + "].function.name': string does not match"
                            + " pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.";
                }
            }
        }
        return null;
    }

    private static @Nullable String emptyAssistant(JsonNode body) {
        List<JsonNode> messages = Roles.messages(body);
        for (int i = 0; i < messages.size(); i++) {
            JsonNode message = messages.get(i);
            if (Roles.is(message, "assistant")
                    && !Roles.hasCalls(message)
                    && (message.path("content").isNull()
                            || message.path("content").isMissingNode())) {
                return "Invalid value for 'content': expected a string, got null.";
            }
        }
        return null;
    }

    private static @Nullable String image(JsonNode body) {
        List<JsonNode> messages = Roles.messages(body);
        for (int i = 0; i < messages.size(); i++) {
            JsonNode message = messages.get(i);
            if (!Roles.is(message, "user")
                    && Roles.list(message.path("content")).stream().anyMatch(part -> part.has("image_url"))) {
                return "Invalid 'messages[" + i + "]'. Image URLs are only allowed for messages with role 'user', but"
                        + " this message with role '" + Roles.text(message, "role") + "' contains an image URL.";
            }
        }
        return null;
    }

    private static @Nullable String maxTokens(JsonNode body) {
        return body.has("max_tokens")
                        && REASONING.matcher(Roles.text(body, "model")).matches()
                ? "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens'"
                        + " instead."
                : null;
    }
}
