package dev.understudy.testing.strict;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Rules of Mistral, which speaks Chat Completions. */
final class MistralRules {

    private static final Pattern ID = Pattern.compile("[a-zA-Z0-9]{9}");
    private static final Set<String> MESSAGE_FIELDS =
            Set.of("role", "content", "name", "tool_calls", "tool_call_id", "prefix");

    static final List<StrictRule> RULES = List.of(
            rule("unknown_field", MistralRules::extra).withStatus(422),
            rule("call_id_form", MistralRules::callId)
                    .withType("invalid_function_call")
                    .withCode("3280"),
            rule("call_without_result", MistralRules::count).withCode("3230"),
            rule("user_after_result", MistralRules::userAfterTool).withCode("3230"),
            rule("empty_assistant", MistralRules::empty)
                    .withType("invalid_request_assistant_message")
                    .withCode("3240"));

    private MistralRules() {}

    private static StrictRule rule(String name, StrictRule.BodyCheck check) {
        return StrictRule.of(name, check).withType("invalid_request_message_order");
    }

    private static @Nullable String extra(JsonNode body) {
        if (body.has("max_completion_tokens")) {
            return forbidden("\"max_completion_tokens\"");
        }
        List<JsonNode> messages = Roles.messages(body);
        for (int i = 0; i < messages.size(); i++) {
            for (String field : messages.get(i).propertyNames()) {
                if (!MESSAGE_FIELDS.contains(field)) {
                    return forbidden(
                            "\"messages\"," + i + ",\"" + Roles.text(messages.get(i), "role") + "\",\"" + field + "\"");
                }
            }
        }
        return null;
    }

    private static String forbidden(String place) {
        return "{\"detail\":[{\"type\":\"extra_forbidden\",\"loc\":[\"body\"," + place
                + "],\"msg\":\"Extra inputs are not permitted\"}]}";
    }

    private static @Nullable String callId(JsonNode body) {
        for (JsonNode message : Roles.messages(body)) {
            for (JsonNode call : Roles.list(message.path("tool_calls"))) {
                String id = Roles.text(call, "id");
                if (!ID.matcher(id).matches()) {
                    return "Tool call id was " + id + " but must be a-z, A-Z, 0-9, with a length of 9.";
                }
            }
        }
        return null;
    }

    private static @Nullable String count(JsonNode body) {
        return Roles.unanswered(body) == null && Roles.orphan(body) < 0
                ? null
                : "Not the same number of function calls and responses";
    }

    private static @Nullable String userAfterTool(JsonNode body) {
        List<JsonNode> messages = Roles.messages(body);
        for (int i = 1; i < messages.size(); i++) {
            if (Roles.is(messages.get(i), "user") && Roles.is(messages.get(i - 1), "tool")) {
                return "Unexpected role 'user' after role 'tool'";
            }
        }
        return null;
    }

    private static @Nullable String empty(JsonNode body) {
        return Roles.emptyTurn(body) < 0
                ? null
                : "Assistant message must have either content or tool_calls, but not none.";
    }
}
