package dev.understudy.testing.strict;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Rules of OpenAI's Responses. */
final class ResponsesRules {

    private static final int ID_LENGTH = 64;
    private static final Set<String> CALLS = Set.of("function_call", "custom_tool_call");
    private static final Set<String> RESULTS = Set.of("function_call_output", "custom_tool_call_output");
    private static final List<String> UNSUPPORTED =
            List.of("stop", "seed", "frequency_penalty", "presence_penalty", "max_tokens", "messages");

    static final List<StrictRule> RULES = List.of(
            OpenAiRules.rule("unknown_parameter", ResponsesRules::unsupported).withCode("unknown_parameter"),
            OpenAiRules.rule("result_without_call", ResponsesRules::orphan),
            OpenAiRules.rule("call_without_result", ResponsesRules::unanswered),
            OpenAiRules.rule("reasoning_without_item", ResponsesRules::reasoning),
            OpenAiRules.rule("call_id_length", ResponsesRules::callId).withCode("string_above_max_length"),
            StrictRule.withSent("foreign_reasoning", ResponsesRules::encrypted)
                    .withType("invalid_request_error")
                    .withCode("invalid_encrypted_content"),
            StrictRule.withSent("call_without_reasoning", ResponsesRules::unreasoned)
                    .withType("invalid_request_error"));

    private ResponsesRules() {}

    private static List<JsonNode> items(JsonNode body) {
        return Roles.list(body.path("input"));
    }

    private static String type(JsonNode item) {
        return Roles.text(item, "type");
    }

    private static @Nullable String unsupported(JsonNode body) {
        for (String field : UNSUPPORTED) {
            if (body.has(field)) {
                return "Unknown parameter: '" + field + "'.";
            }
        }
        return null;
    }

    private static @Nullable String orphan(JsonNode body) {
        Set<String> calls = new HashSet<>();
        for (JsonNode item : items(body)) {
            String id = Roles.text(item, "call_id");
            if (CALLS.contains(type(item))) {
                calls.add(id);
            } else if (RESULTS.contains(type(item)) && !calls.contains(id)) {
                return "No tool call found for function call output with call_id " + id + ".";
            }
        }
        return null;
    }

    private static @Nullable String unanswered(JsonNode body) {
        List<String> open = new ArrayList<>();
        for (JsonNode item : items(body)) {
            if (CALLS.contains(type(item))) {
                open.add(Roles.text(item, "call_id"));
            } else if (RESULTS.contains(type(item))) {
                open.remove(Roles.text(item, "call_id"));
            }
        }
        return open.isEmpty() ? null : "No tool output found for function call " + open.get(0) + ".";
    }

    /** An item of the model follows its reasoning. */
    private static @Nullable String reasoning(JsonNode body) {
        List<JsonNode> items = items(body);
        for (int i = 0; i < items.size(); i++) {
            if (type(items.get(i)).equals("reasoning")) {
                int next = i + 1;
                while (next < items.size() && type(items.get(next)).equals("reasoning")) {
                    next++;
                }
                if (next == items.size() || !isOfModel(items.get(next))) {
                    return "Item '" + Roles.text(items.get(i), "id") + "' of type 'reasoning' was provided without its"
                            + " required following item.";
                }
            }
        }
        return null;
    }

    /** A call that names its item is preceded by the reasoning that the server sent before it. */
    private static @Nullable String unreasoned(JsonNode body, SentBlocks sent) {
        Set<String> seen = new HashSet<>();
        for (JsonNode item : items(body)) {
            if (type(item).equals("reasoning")) {
                seen.add(Roles.text(item, "encrypted_content"));
            } else if (CALLS.contains(type(item)) && !Roles.text(item, "id").isEmpty()) {
                String reasoning = sent.reasoningOf(Roles.text(item, "call_id"));
                if (!reasoning.isEmpty() && !seen.contains(reasoning)) {
                    return "Item '" + Roles.text(item, "id") + "' of type '" + type(item)
                            + "' was provided without its required 'reasoning' item.";
                }
            }
        }
        return null;
    }

    private static boolean isOfModel(JsonNode item) {
        return !RESULTS.contains(type(item)) && (!item.has("role") || Roles.is(item, "assistant"));
    }

    private static @Nullable String callId(JsonNode body) {
        List<JsonNode> items = items(body);
        for (int i = 0; i < items.size(); i++) {
            int length = Roles.text(items.get(i), "call_id").length();
            if (length > ID_LENGTH) {
                return "Invalid 'input[" + i + "].call_id': string too long. Expected a string with maximum length "
                        + ID_LENGTH + ", but got a string with length " + length + " instead.";
            }
        }
        return null;
    }

    private static @Nullable String encrypted(JsonNode body, SentBlocks sent) {
        for (JsonNode item : items(body)) {
            String content = Roles.text(item, "encrypted_content");
            if (type(item).equals("reasoning") && !content.isEmpty() && !sent.hasSigned(content)) {
                return "The encrypted content for item " + Roles.text(item, "id") + " could not be verified. Reason:"
                        + " Encrypted content could not be decrypted or parsed.";
            }
        }
        return null;
    }
}
