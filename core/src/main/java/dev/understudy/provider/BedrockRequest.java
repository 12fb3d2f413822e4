package dev.understudy.provider;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Message;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.Sampling;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolChoice;
import dev.understudy.chat.Toolbox;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The body of a Converse request; the model is named in the path:
 *
 * <ul>
 *   <li>system messages, wherever they stand, become {@code system}; if there is nothing else, they are said by the user;
 *   <li>a temperature above 1 becomes 1; a seed is unknown here and left out;
 *   <li>a strict JSON schema becomes {@code outputConfig}; for any JSON, or a schema that need not be held, the model is
 *       told in the system text;
 *   <li>tools that must not be called are left out, unless the conversation shows calls, which need them;
 *   <li>the caller's extra fields win; those of {@code inferenceConfig} are joined with ours.
 * </ul>
 */
final class BedrockRequest {

    private BedrockRequest() {}

    static Map<String, Object> body(ChatRequest request) {
        Map<String, Object> body = new LinkedHashMap<>();
        List<Map<String, Object>> system = system(request);
        List<Map<String, Object>> messages = BedrockTurns.of(request.messages());
        if (messages.isEmpty()) {
            messages = List.of(Extra.fields("role", "user", "content", system));
        } else if (!system.isEmpty()) {
            body.put("system", system);
        }
        body.put("messages", messages);
        Map<String, Object> inference = inference(request.sampling());
        if (!inference.isEmpty()) {
            body.put("inferenceConfig", inference);
        }
        tools(request, body);
        if (request.format() instanceof ResponseFormat.JsonSchema schema && schema.strict()) {
            Map<String, Object> named = Extra.fields("name", schema.name(), "schema", Json.text(schema.schema()));
            body.put(
                    "outputConfig",
                    Map.of(
                            "textFormat",
                            Extra.fields("type", "json_schema", "structure", Map.of("jsonSchema", named))));
        }
        request.extra()
                .getOrDefault(BedrockConverse.NAME, Map.of())
                .forEach((field, value) -> Extra.join(body, field, value, "inferenceConfig"));
        return body;
    }

    private static List<Map<String, Object>> system(ChatRequest request) {
        List<Map<String, Object>> texts = new ArrayList<>();
        for (Message message : request.messages()) {
            if (message instanceof Message.System system && !system.text().isBlank()) {
                texts.add(Extra.fields("text", system.text()));
            }
        }
        String format = ToldFormat.of(request.format());
        if (!format.isEmpty()) {
            texts.add(Extra.fields("text", format));
        }
        return texts;
    }

    private static Map<String, Object> inference(Sampling sampling) {
        Map<String, Object> inference = new LinkedHashMap<>();
        if (sampling.maxTokens() != null) {
            inference.put("maxTokens", sampling.maxTokens());
        }
        if (sampling.temperature() != null) {
            inference.put("temperature", Math.min(1, sampling.temperature()));
        }
        if (sampling.topP() != null) {
            inference.put("topP", sampling.topP());
        }
        if (!sampling.stop().isEmpty()) {
            inference.put("stopSequences", sampling.stop());
        }
        return inference;
    }

    private static void tools(ChatRequest request, Map<String, Object> body) {
        Toolbox toolbox = request.toolbox();
        boolean barred = toolbox.choice().mode() == ToolChoice.Mode.NONE;
        if (toolbox.isEmpty() || (barred && !showsCalls(request.messages()))) {
            return;
        }
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("tools", toolbox.tools().stream().map(BedrockRequest::tool).toList());
        switch (toolbox.choice().mode()) {
            case AUTO, NONE -> {}
            case REQUIRED -> config.put("toolChoice", Map.of("any", Map.of()));
            case NAMED ->
                config.put(
                        "toolChoice",
                        Map.of(
                                "tool",
                                Map.of("name", String.valueOf(toolbox.choice().tool()))));
        }
        body.put("toolConfig", config);
    }

    private static boolean showsCalls(List<Message> messages) {
        return messages.stream()
                .anyMatch(message -> message instanceof Message.ToolResult
                        || (message instanceof Message.Assistant assistant
                                && !assistant.toolCalls().isEmpty()));
    }

    private static Map<String, Object> tool(Tool tool) {
        Map<String, Object> spec = Extra.fields("name", tool.name());
        if (!tool.description().isBlank()) {
            spec.put("description", tool.description());
        }
        spec.put("inputSchema", Map.of("json", tool.schema()));
        return Map.of("toolSpec", spec);
    }
}
