package dev.understudy.testing.strict;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Rules of common chat templates of local models, which vLLM, llama.cpp and others apply to Chat Completions. */
final class TemplateRules {

    static final List<StrictRule> RULES = List.of(
            rule("system_not_first", TemplateRules::system), rule("roles_not_alternating", TemplateRules::alternating));

    private TemplateRules() {}

    private static StrictRule rule(String name, StrictRule.BodyCheck check) {
        return StrictRule.of(name, check).withType("BadRequestError").withCode("400");
    }

    private static @Nullable String system(JsonNode body) {
        List<JsonNode> messages = Roles.messages(body);
        for (int i = 1; i < messages.size(); i++) {
            if (Roles.is(messages.get(i), "system")) {
                return "System message must be at the beginning.";
            }
        }
        return null;
    }

    /** Results and the calls before them do not count, as in most of these templates. */
    private static @Nullable String alternating(JsonNode body) {
        boolean user = false;
        for (JsonNode message : Roles.messages(body)) {
            if (Roles.is(message, "system") || Roles.is(message, "tool") || Roles.hasCalls(message)) {
                continue;
            }
            if (Roles.is(message, "user") == user) {
                return "Conversation roles must alternate user/assistant/user/assistant/...";
            }
            user = !user;
        }
        return null;
    }
}
