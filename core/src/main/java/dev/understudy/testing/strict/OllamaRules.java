package dev.understudy.testing.strict;

import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Rules of Ollama's chat, most of which are types of fields. */
final class OllamaRules {

    static final List<StrictRule> RULES = List.of(
            StrictRule.of("content_form", OllamaRules::content),
            StrictRule.of("arguments_form", OllamaRules::arguments),
            StrictRule.of("image_form", OllamaRules::image));

    private OllamaRules() {}

    private static @Nullable String content(JsonNode body) {
        return Roles.messages(body).stream()
                        .anyMatch(message -> message.path("content").isArray())
                ? "json: cannot unmarshal array into Go struct field ChatRequest.messages.content of type string"
                : null;
    }

    private static @Nullable String arguments(JsonNode body) {
        return Roles.messages(body).stream()
                        .flatMap(message -> Roles.list(message.path("tool_calls")).stream())
                        .anyMatch(
                                call -> !call.path("function").path("arguments").isObject())
                ? "json: cannot unmarshal string into Go struct field ChatRequest.messages.tool_calls.function.arguments"
                        + " of type api.ToolCallFunctionArguments"
                : null;
    }

    private static @Nullable String image(JsonNode body) {
        for (JsonNode message : Roles.messages(body)) {
            for (JsonNode image : Roles.list(message.path("images"))) {
                try {
                    Base64.getDecoder().decode(image.stringValue("-"));
                } catch (IllegalArgumentException notBase64) {
                    return "illegal base64 data at input byte 4";
                }
            }
        }
        return null;
    }
}
