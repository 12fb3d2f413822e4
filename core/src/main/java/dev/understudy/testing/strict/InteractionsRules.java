package dev.understudy.testing.strict;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Rules of Gemini's Interactions: the form of the steps, and signatures. */
final class InteractionsRules {

    private static final Pattern OWN_TOOL = Pattern.compile("[a-z_]+_(call|result)");
    private static final Set<String> STEPS = Set.of("user_input", "model_output", "thought");

    static final List<StrictRule> RULES = List.of(
            StrictRule.of("empty_input", InteractionsRules::empty),
            StrictRule.of("step_type", InteractionsRules::type),
            StrictRule.of("call_form", InteractionsRules::call),
            StrictRule.of("result_form", InteractionsRules::result),
            StrictRule.withSent("foreign_signature", InteractionsRules::foreign));

    private InteractionsRules() {}

    private static List<JsonNode> steps(JsonNode body) {
        return Roles.list(body.path("input"));
    }

    private static @Nullable String empty(JsonNode body) {
        return Roles.isBlank(body.path("input")) ? "The input of the interaction is empty." : null;
    }

    private static @Nullable String type(JsonNode body) {
        for (JsonNode step : steps(body)) {
            String type = Roles.text(step, "type");
            if (!STEPS.contains(type) && !OWN_TOOL.matcher(type).matches()) {
                return "Invalid step type: '" + type + "'.";
            }
        }
        return null;
    }

    private static @Nullable String call(JsonNode body) {
        for (JsonNode step : steps(body)) {
            if (Roles.text(step, "type").equals("function_call")
                    && (Roles.text(step, "id").isEmpty()
                            || Roles.text(step, "name").isEmpty()
                            || !step.path("arguments").isObject())) {
                return "A function_call step needs an id, a name and an object of arguments.";
            }
        }
        return null;
    }

    private static @Nullable String result(JsonNode body) {
        for (JsonNode step : steps(body)) {
            if (Roles.text(step, "type").equals("function_result")
                    && (Roles.text(step, "call_id").isEmpty() || !step.has("result"))) {
                return "A function_result step needs a call_id and a result.";
            }
        }
        return null;
    }

    private static @Nullable String foreign(JsonNode body, SentBlocks sent) {
        for (JsonNode step : steps(body)) {
            String signature = Roles.text(step, "signature");
            if (!signature.isEmpty() && Roles.text(step, "type").equals("thought") && !sent.hasSigned(signature)) {
                return "Thought signature is not valid.";
            }
        }
        return null;
    }
}
