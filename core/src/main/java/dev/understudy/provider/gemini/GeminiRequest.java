package dev.understudy.provider.gemini;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Message;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.SamplingParameters;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolSet;
import dev.understudy.provider.dialect.DialectName;
import dev.understudy.provider.dialect.ExtraFields;
import dev.understudy.provider.dialect.RequestOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Encodes the body of a generateContent request:
 *
 * <ul>
 *   <li>the model and the choice of streaming are part of the path;
 *   <li>system messages, wherever they are, become the one {@code systemInstruction}; without other messages, a user
 * message;
 *   <li>sampling parameters and response format go into {@code generationConfig};
 *   <li>schemas are sent unchanged ({@code parametersJsonSchema}, {@code responseJsonSchema}); a tool without
 * arguments has none;
 *   <li>extra fields of the caller take precedence; two objects, as with {@code generationConfig}, are merged.
 * </ul>
 */
final class GeminiRequest {

    private GeminiRequest() {}

    static Map<String, Object> body(ChatRequest request) {
        Map<String, Object> body = new LinkedHashMap<>();
        String system = request.messages().stream()
                .map(message -> message instanceof Message.System words ? words.text() : "")
                .filter(text -> !text.isBlank())
                .collect(Collectors.joining("\n\n"));
        List<Map<String, Object>> contents = GeminiContents.of(request);
        if (contents.isEmpty()) {
            contents = List.of(GeminiContents.content("user", List.of(Map.of("text", system))));
        } else if (!system.isEmpty()) {
            body.put("systemInstruction", Map.of("parts", List.of(Map.of("text", system))));
        }
        body.put("contents", contents);
        tools(request.toolSet(), body);
        Map<String, Object> config = config(request);
        if (!config.isEmpty()) {
            body.put("generationConfig", config);
        }
        request.extra()
                .getOrDefault(DialectName.GEMINI, Map.of())
                .forEach((field, value) -> ExtraFields.put(body, field, value));
        return body;
    }

    static boolean accepts(RequestOption option, ChatRequest request) {
        return switch (option) {
            case TEMPERATURE,
                    TOP_P,
                    TOP_K,
                    MAX_TOKENS,
                    STOP,
                    SEED,
                    FREQUENCY_PENALTY,
                    PRESENCE_PENALTY,
                    STRICT_TOOLS,
                    STRICT_SCHEMA,
                    LOGPROBS -> true;
            case REASONING -> GeminiThinking.isKnownTo(request.model());
            case PARALLEL_TOOL_CALLS, CACHE_HINTS, SERVICE_TIER, USER, METADATA -> false;
        };
    }

    private static void tools(ToolSet toolSet, Map<String, Object> body) {
        if (toolSet.isEmpty()) {
            return;
        }
        List<Map<String, Object>> declarations =
                toolSet.tools().stream().map(GeminiRequest::declaration).toList();
        body.put("tools", List.of(Map.of("functionDeclarations", declarations)));
        ToolSet.Choice choice = toolSet.choice();
        boolean strict = toolSet.tools().stream().anyMatch(Tool::strict);
        if (strict || choice.mode() != ToolSet.Choice.Mode.AUTO) {
            Map<String, Object> calling = new LinkedHashMap<>();
            calling.put(
                    "mode",
                    switch (choice.mode()) {
                        case AUTO -> "VALIDATED";
                        case NONE -> "NONE";
                        case REQUIRED, NAMED -> "ANY";
                    });
            if (choice.tool() != null) {
                calling.put("allowedFunctionNames", List.of(choice.tool()));
            }
            body.put("toolConfig", Map.of("functionCallingConfig", calling));
        }
    }

    private static Map<String, Object> declaration(Tool tool) {
        Map<String, Object> declaration = new LinkedHashMap<>();
        declaration.put("name", tool.name());
        if (!tool.description().isBlank()) {
            declaration.put("description", tool.description());
        }
        boolean noArguments = tool.schema().get("properties") instanceof Map<?, ?> properties && properties.isEmpty();
        if (!noArguments && !tool.schema().isEmpty()) {
            declaration.put("parametersJsonSchema", tool.schema());
        }
        return declaration;
    }

    private static Map<String, Object> config(ChatRequest request) {
        Map<String, Object> config = new LinkedHashMap<>();
        SamplingParameters samplingParameters = request.sampling();
        if (samplingParameters.temperature() != null) {
            config.put("temperature", samplingParameters.temperature());
        }
        if (samplingParameters.topP() != null) {
            config.put("topP", samplingParameters.topP());
        }
        if (samplingParameters.maxTokens() != null) {
            config.put("maxOutputTokens", samplingParameters.maxTokens());
        }
        if (!samplingParameters.stop().isEmpty()) {
            config.put("stopSequences", samplingParameters.stop());
        }
        if (samplingParameters.seed() != null) {
            config.put("seed", samplingParameters.seed());
        }
        if (samplingParameters.topK() != null) {
            config.put("topK", samplingParameters.topK());
        }
        if (samplingParameters.frequencyPenalty() != null) {
            config.put("frequencyPenalty", samplingParameters.frequencyPenalty());
        }
        if (samplingParameters.presencePenalty() != null) {
            config.put("presencePenalty", samplingParameters.presencePenalty());
        }
        Integer logprobs = request.options().topLogprobs();
        if (logprobs != null) {
            config.put("responseLogprobs", true);
            if (logprobs > 0) {
                config.put("logprobs", logprobs);
            }
        }
        Map<String, Object> thinking = GeminiThinking.of(request);
        if (!thinking.isEmpty()) {
            config.put("thinkingConfig", thinking);
        }
        if (!(request.format() instanceof ResponseFormat.Text)) {
            config.put("responseMimeType", "application/json");
        }
        if (request.format() instanceof ResponseFormat.JsonSchema schema) {
            config.put("responseJsonSchema", schema.schema());
        }
        return config;
    }
}
