package dev.understudy.testing.strict;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Rules of Cohere's chat, version 2. */
final class CohereRules {

    static final List<StrictRule> RULES = List.of(
            StrictRule.of("call_without_result", CohereRules::unanswered),
            StrictRule.of("empty_assistant", CohereRules::empty));

    private CohereRules() {}

    private static @Nullable String unanswered(JsonNode body) {
        String ids = Roles.unanswered(body);
        return ids == null
                ? null
                : "invalid request: An assistant message with 'tool_calls' must be followed by tool messages responding"
                        + " to each 'tool_call_id'. The following tool_call_ids did not have response messages: " + ids;
    }

    private static @Nullable String empty(JsonNode body) {
        return Roles.emptyTurn(body) < 0 ? null : "invalid request: all elements in history must have a message.";
    }
}
