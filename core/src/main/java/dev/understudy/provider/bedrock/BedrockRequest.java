package dev.understudy.provider.bedrock;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Message;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.SamplingParameters;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolSet;
import dev.understudy.provider.dialect.DialectName;
import dev.understudy.provider.dialect.ExtraFields;
import dev.understudy.provider.dialect.FormatInstruction;
import dev.understudy.provider.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Encodes the body of a Converse request; the model is part of the path:
 *
 * <ul>
 *   <li>system messages, wherever they are, become {@code system}; without other messages, a user message;
 *   <li>a temperature above 1 becomes 1; a seed is not supported and omitted;
 *   <li>a strict JSON schema becomes {@code outputConfig}; for any JSON, or a schema that is not strict, an
 * instruction is added to the system text;
 *   <li>tools that must not be called are omitted, unless the conversation has tool calls, which require them;
 *   <li>extra fields of the caller take precedence; those of {@code inferenceConfig} and {@code
 * additionalModelRequestFields} are merged.
 * </ul>
 */
final class BedrockRequest {

    private BedrockRequest() {}

    static Map<String, Object> body(ChatRequest request) {
        Map<String, Object> body = new LinkedHashMap<>();
        List<Map<String, Object>> system = system(request);
        List<Map<String, Object>> messages = BedrockMessages.of(request.messages());
        if (messages.isEmpty()) {
            messages = List.of(ExtraFields.fields("role", "user", "content", system));
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
            Map<String, Object> named = ExtraFields.fields("name", schema.name(), "schema", Json.text(schema.schema()));
            body.put(
                    "outputConfig",
                    Map.of(
                            "textFormat",
                            ExtraFields.fields("type", "json_schema", "structure", Map.of("jsonSchema", named))));
        }
        BedrockOptions.put(request, body);
        BedrockCache.limit(body, BedrockModel.of(request.model()));
        request.extra()
                .getOrDefault(DialectName.BEDROCK_CONVERSE, Map.of())
                .forEach((field, value) -> ExtraFields.join(
                        body, field, value, field.equals(BedrockOptions.MODEL_FIELDS) ? field : "inferenceConfig"));
        return body;
    }

    private static List<Map<String, Object>> system(ChatRequest request) {
        List<Map<String, Object>> texts = new ArrayList<>();
        for (Message message : request.messages()) {
            if (message instanceof Message.System system && !system.text().isBlank()) {
                texts.add(ExtraFields.fields("text", system.text()));
                BedrockCache.mark(texts, system.cacheHint());
            }
        }
        String format = FormatInstruction.of(request.format());
        if (!format.isEmpty()) {
            texts.add(ExtraFields.fields("text", format));
        }
        return texts;
    }

    private static Map<String, Object> inference(SamplingParameters samplingParameters) {
        Map<String, Object> inference = new LinkedHashMap<>();
        if (samplingParameters.maxTokens() != null) {
            inference.put("maxTokens", samplingParameters.maxTokens());
        }
        if (samplingParameters.temperature() != null) {
            inference.put("temperature", Math.min(1, samplingParameters.temperature()));
        }
        if (samplingParameters.topP() != null) {
            inference.put("topP", samplingParameters.topP());
        }
        if (!samplingParameters.stop().isEmpty()) {
            inference.put("stopSequences", samplingParameters.stop());
        }
        return inference;
    }

    private static void tools(ChatRequest request, Map<String, Object> body) {
        ToolSet toolSet = request.toolSet();
        boolean barred = toolSet.choice().mode() == ToolSet.Choice.Mode.NONE;
        if (toolSet.isEmpty() || (barred && !showsCalls(request.messages()))) {
            return;
        }
        Map<String, Object> config = new LinkedHashMap<>();
        List<Map<String, Object>> tools = new ArrayList<>();
        for (Tool tool : toolSet.tools()) {
            tools.add(tool(tool));
            BedrockCache.mark(tools, tool.cacheHint());
        }
        config.put("tools", tools);
        switch (toolSet.choice().mode()) {
            case AUTO, NONE -> {}
            case REQUIRED -> config.put("toolChoice", Map.of("any", Map.of()));
            case NAMED ->
                config.put(
                        "toolChoice",
                        Map.of(
                                "tool",
                                Map.of("name", String.valueOf(toolSet.choice().tool()))));
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
        Map<String, Object> spec = ExtraFields.fields("name", tool.name());
        if (!tool.description().isBlank()) {
            spec.put("description", tool.description());
        }
        spec.put("inputSchema", Map.of("json", tool.schema()));
        if (tool.strict()) {
            spec.put("strict", true);
        }
        return Map.of("toolSpec", spec);
    }
}
