package dev.understudy.testing.strict;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Rules of DeepSeek's thinking models, which speak Chat Completions. */
final class DeepSeekRules {

    static final List<StrictRule> RULES = List.of(
            rule("call_without_result", DeepSeekRules::unanswered),
            rule("result_without_call", DeepSeekRules::orphan),
            rule("reasoning_required", DeepSeekRules::reasoning));

    private DeepSeekRules() {}

    private static StrictRule rule(String name, StrictRule.BodyCheck check) {
        return OpenAiRules.rule(name, check).withCode("invalid_request_error");
    }

    private static @Nullable String unanswered(JsonNode body) {
        return Roles.unanswered(body) == null
                ? null
                : "An assistant message with 'tool_calls' must be followed by tool messages responding to each"
                        + " 'tool_call_id'. (insufficient tool messages following tool_calls message)";
    }

    private static @Nullable String orphan(JsonNode body) {
        return Roles.orphan(body) < 0
                ? null
                : "Messages with role 'tool' must be a response to a preceding message with 'tool_calls'";
    }

    private static @Nullable String reasoning(JsonNode body) {
        return Roles.messages(body).stream()
                        .anyMatch(message -> Roles.hasCalls(message)
                                && Roles.text(message, "reasoning_content").isEmpty())
                ? "The `reasoning_content` in the thinking mode must be passed back to the API."
                : null;
    }
}
