package dev.understudy.provider.cohere;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Message;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.SamplingParameters;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.ToolSet;
import dev.understudy.provider.dialect.DialectName;
import dev.understudy.provider.dialect.ExtraFields;
import dev.understudy.provider.dialect.Media;
import dev.understudy.provider.dialect.ReasoningScale;
import dev.understudy.provider.dialect.RequestOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Encodes the body of a chat request:
 *
 * <ul>
 *   <li>the model's tool plan is sent back with the calls ({@code tool_plan}), and in this dialect only;
 *   <li>a named tool cannot be required: it is sent alone, and some tool is required;
 *   <li>{@code p} is limited to 0.01 to 0.99, penalties to 0 to 1;
 *   <li>an effort of reasoning becomes a budget; tools are strict together or not at all;
 *   <li>a schema becomes {@code response_format.json_schema}, which is always enforced; for any JSON the vendor also
 * wants an instruction in the prompt;
 *   <li>extra fields of the caller take precedence; two objects are merged.
 * </ul>
 */
final class CohereRequest {

    private CohereRequest() {}

    static Map<String, Object> body(ChatRequest request, boolean stream) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("model", request.model());
        body.put(
                "messages",
                request.messages().stream().map(CohereRequest::message).toList());
        tools(request.toolSet(), body);
        if (request.format() instanceof ResponseFormat.JsonSchema schema) {
            body.put("response_format", fields("type", "json_object", "json_schema", schema.schema()));
        } else if (request.format() instanceof ResponseFormat.Json) {
            body.put("response_format", Map.of("type", "json_object"));
        }
        sampling(request.sampling(), body);
        options(request, body);
        body.put("stream", stream);
        request.extra()
                .getOrDefault(DialectName.COHERE, Map.of())
                .forEach((field, value) -> ExtraFields.put(body, field, value));
        return body;
    }

    static boolean accepts(RequestOption option) {
        return switch (option) {
            case TEMPERATURE,
                    TOP_P,
                    TOP_K,
                    MAX_TOKENS,
                    STOP,
                    SEED,
                    FREQUENCY_PENALTY,
                    PRESENCE_PENALTY,
                    REASONING,
                    STRICT_TOOLS,
                    STRICT_SCHEMA,
                    LOGPROBS -> true;
            case PARALLEL_TOOL_CALLS, CACHE_HINTS, SERVICE_TIER, USER, METADATA -> false;
        };
    }

    private static void options(ChatRequest request, Map<String, Object> body) {
        if (request.toolSet().tools().stream().anyMatch(Tool::strict)) {
            body.put("strict_tools", true);
        }
        if (request.options().topLogprobs() != null) {
            body.put("logprobs", true);
        }
        ChatRequest.Reasoning reasoning = request.options().reasoning();
        if (reasoning != null) {
            body.put(
                    "thinking",
                    reasoning.isOff()
                            ? fields("type", "disabled")
                            : fields("type", "enabled", "token_budget", ReasoningScale.budget(request, reasoning)));
        }
    }

    private static Map<String, Object> message(Message message) {
        if (message instanceof Message.System system) {
            return fields("role", "system", "content", system.text());
        }
        if (message instanceof Message.User user) {
            boolean plain = user.parts().stream().allMatch(part -> part instanceof Message.Part.Text);
            List<Map<String, Object>> parts =
                    user.parts().stream().map(CohereRequest::part).toList();
            return fields("role", "user", "content", plain ? user.text() : parts);
        }
        if (message instanceof Message.ToolResult result) {
            return fields("role", "tool", "tool_call_id", result.callId(), "content", result.content());
        }
        return assistant((Message.Assistant) message);
    }

    private static Map<String, Object> assistant(Message.Assistant assistant) {
        Map<String, Object> turn = fields("role", "assistant");
        if (assistant.toolCalls().isEmpty()) {
            turn.put("content", assistant.text());
            return turn;
        }
        String plan = plan(assistant);
        if (plan != null) {
            turn.put("tool_plan", plan);
        }
        if (!assistant.text().isBlank()) {
            turn.put("content", assistant.text());
        }
        turn.put(
                "tool_calls",
                assistant.toolCalls().stream().map(CohereRequest::call).toList());
        return turn;
    }

    private static @Nullable String plan(Message.Assistant assistant) {
        for (ReasoningBlock reasoningBlock : assistant.reasoningBlocks()) {
            ReasoningBlock.Signature reasoningSignature = reasoningBlock.signature();
            if (reasoningSignature != null && reasoningSignature.origin().equals(DialectName.COHERE)) {
                return reasoningSignature.value();
            }
        }
        return null;
    }

    private static Map<String, Object> part(Message.Part part) {
        if (part instanceof Message.Part.Text words) {
            return fields("type", "text", "text", words.text());
        }
        if (!(part instanceof Message.Part.Image picture)) {
            throw Media.unsupported("Cohere", "files and sound", "file");
        }
        String url = Media.of(picture.image()).address();
        return fields("type", "image_url", "image_url", Map.of("url", url));
    }

    private static Map<String, Object> call(ToolCall call) {
        String arguments = call.arguments().isBlank() ? "{}" : call.arguments();
        return fields(
                "id", call.id(), "type", "function", "function", fields("name", call.name(), "arguments", arguments));
    }

    private static void tools(ToolSet toolSet, Map<String, Object> body) {
        if (toolSet.isEmpty()) {
            return;
        }
        ToolSet.Choice choice = toolSet.choice();
        body.put(
                "tools",
                toolSet.tools().stream()
                        .filter(tool -> choice.tool() == null || choice.tool().equals(tool.name()))
                        .map(CohereRequest::tool)
                        .toList());
        if (choice.mode() != ToolSet.Choice.Mode.AUTO) {
            body.put("tool_choice", choice.mode() == ToolSet.Choice.Mode.NONE ? "NONE" : "REQUIRED");
        }
    }

    private static Map<String, Object> tool(Tool tool) {
        Map<String, Object> function = fields("name", tool.name());
        if (!tool.description().isBlank()) {
            function.put("description", tool.description());
        }
        function.put("parameters", tool.schema());
        return fields("type", "function", "function", function);
    }

    private static void sampling(SamplingParameters samplingParameters, Map<String, Object> body) {
        if (samplingParameters.temperature() != null) {
            body.put("temperature", samplingParameters.temperature());
        }
        if (samplingParameters.topP() != null) {
            body.put("p", Math.max(0.01, Math.min(0.99, samplingParameters.topP())));
        }
        if (samplingParameters.topK() != null) {
            body.put("k", samplingParameters.topK());
        }
        if (samplingParameters.frequencyPenalty() != null) {
            body.put("frequency_penalty", unit(samplingParameters.frequencyPenalty()));
        }
        if (samplingParameters.presencePenalty() != null) {
            body.put("presence_penalty", unit(samplingParameters.presencePenalty()));
        }
        if (samplingParameters.maxTokens() != null) {
            body.put("max_tokens", samplingParameters.maxTokens());
        }
        if (!samplingParameters.stop().isEmpty()) {
            body.put("stop_sequences", samplingParameters.stop());
        }
        if (samplingParameters.seed() != null) {
            body.put("seed", samplingParameters.seed());
        }
    }

    /** Penalties are 0 to 1 here. */
    private static double unit(double penalty) {
        return Math.max(0, Math.min(1, penalty));
    }

    private static Map<String, Object> fields(Object... namesAndValues) {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return fields;
    }
}
