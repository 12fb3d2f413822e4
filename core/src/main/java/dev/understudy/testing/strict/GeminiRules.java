package dev.understudy.testing.strict;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Rules of Gemini's generateContent, for models of the third generation. */
final class GeminiRules {

    private static final String CALL = "functionCall";
    private static final String RESPONSE = "functionResponse";
    private static final String SIGNATURE = "thoughtSignature";

    /** Accepted by the vendor in place of a signature of its own, for calls of other models. */
    private static final Set<String> PLACEHOLDERS =
            Set.of("skip_thought_signature_validator", "context_engineering_is_the_way_to_go");

    private static final Set<String> ROLES = Set.of("user", "model", "");

    static final List<StrictRule> RULES = List.of(
            StrictRule.of("role", GeminiRules::role),
            StrictRule.of("empty_content", GeminiRules::empty),
            StrictRule.of("call_after_model", GeminiRules::callAfter),
            StrictRule.of("response_without_call", GeminiRules::responseAfter),
            StrictRule.of("response_count", GeminiRules::count),
            StrictRule.of("response_form", GeminiRules::responseForm),
            StrictRule.of("signature_required", GeminiRules::signatureMissing),
            StrictRule.withSent("foreign_signature", GeminiRules::foreign));

    private GeminiRules() {}

    private static List<JsonNode> contents(JsonNode body) {
        return Roles.list(body.path("contents"));
    }

    private static List<JsonNode> parts(JsonNode content) {
        return Roles.list(content.path("parts"));
    }

    private static long number(JsonNode content, String kind) {
        return parts(content).stream().filter(part -> part.has(kind)).count();
    }

    private static @Nullable String role(JsonNode body) {
        return contents(body).stream().allMatch(content -> ROLES.contains(Roles.text(content, "role")))
                ? null
                : "Please use a valid role: user, model.";
    }

    private static @Nullable String empty(JsonNode body) {
        List<JsonNode> contents = contents(body);
        if (contents.isEmpty()) {
            return "* GenerateContentRequest.contents: contents is not specified";
        }
        for (int i = 0; i < contents.size(); i++) {
            if (parts(contents.get(i)).isEmpty()) {
                return "* GenerateContentRequest.contents[" + i + "].parts: contents.parts must not be empty.";
            }
        }
        return null;
    }

    private static @Nullable String callAfter(JsonNode body) {
        List<JsonNode> contents = contents(body);
        for (int i = 0; i < contents.size(); i++) {
            if (number(contents.get(i), CALL) > 0 && (i == 0 || Roles.is(contents.get(i - 1), "model"))) {
                return "Please ensure that function call turn comes immediately after a user turn or after a function"
                        + " response turn.";
            }
        }
        return null;
    }

    private static @Nullable String responseAfter(JsonNode body) {
        List<JsonNode> contents = contents(body);
        for (int i = 0; i < contents.size(); i++) {
            if (number(contents.get(i), RESPONSE) > 0 && (i == 0 || number(contents.get(i - 1), CALL) == 0)) {
                return "Please ensure that function response turn comes immediately after a function call turn.";
            }
        }
        return null;
    }

    private static @Nullable String count(JsonNode body) {
        List<JsonNode> contents = contents(body);
        for (int i = 0; i < contents.size(); i++) {
            long calls = number(contents.get(i), CALL);
            long responses = i + 1 < contents.size() ? number(contents.get(i + 1), RESPONSE) : 0;
            if (calls > 0 && calls != responses) {
                return "Please ensure that the number of function response parts is equal to the number of function call"
                        + " parts of the function call turn.";
            }
        }
        return null;
    }

    private static @Nullable String responseForm(JsonNode body) {
        List<JsonNode> contents = contents(body);
        for (int i = 0; i < contents.size(); i++) {
            List<JsonNode> parts = parts(contents.get(i));
            for (int j = 0; j < parts.size(); j++) {
                if (parts.get(j).has(RESPONSE)
                        && !parts.get(j).path(RESPONSE).path("response").isObject()) {
                    return "Invalid value at 'contents[" + i + "].parts[" + j + "].function_response.response'"
                            + " (type.googleapis.com/google.protobuf.Struct)";
                }
            }
        }
        return null;
    }

    /** The first call of a step has a signature, in the turns since the user spoke. */
    private static @Nullable String signatureMissing(JsonNode body) {
        List<JsonNode> contents = contents(body);
        for (int i = contents.size() - 1; i >= 0; i--) {
            JsonNode content = contents.get(i);
            boolean spoke = Roles.is(content, "user") && number(content, RESPONSE) == 0;
            if (spoke) {
                return null;
            }
            JsonNode first = parts(content).stream()
                    .filter(part -> part.has(CALL))
                    .findFirst()
                    .orElse(null);
            if (first != null && !first.has(SIGNATURE)) {
                return "Function call is missing a thought_signature in functionCall parts. This is required for tools"
                        + " to work correctly, and missing thought_signature may lead to degraded model performance."
                        + " Additional data, function call `default_api:"
                        + Roles.text(first.path(CALL), "name") + "` , position " + i + ".";
            }
        }
        return null;
    }

    private static @Nullable String foreign(JsonNode body, SentBlocks sent) {
        for (JsonNode content : contents(body)) {
            for (JsonNode part : parts(content)) {
                String signature = Roles.text(part, SIGNATURE);
                if (!signature.isEmpty() && !PLACEHOLDERS.contains(signature) && !sent.hasSigned(signature)) {
                    return "Thought signature is not valid.";
                }
            }
        }
        return null;
    }
}
