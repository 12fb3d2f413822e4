package dev.understudy.provider.ollama;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatRequest.Reasoning;
import dev.understudy.chat.FailureKind;
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
import dev.understudy.provider.dialect.ToolArguments;
import dev.understudy.provider.dialect.VendorFields;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Encodes the body of a chat request:
 *
 * <ul>
 *   <li>{@code stream} is always present, because the server streams by default;
 *   <li>sampling parameters go into {@code options}; the window ({@code num_ctx}) is the server's own unless an extra
 * field sets one, and the server silently truncates longer conversations;
 *   <li>images are sent as bytes; one that is only a URL is refused as {@link FailureKind#UNSUPPORTED} before
 * anything is sent;
 *   <li>arguments of tool calls are objects, results name the tool, and the reasoning of this server goes back with its
 * calls;
 *   <li>tool choice cannot be enforced: with {@link ToolSet.Choice.Mode#NONE} the tools are omitted, with a named one the
 * others are;
 *   <li>extra fields of the caller take precedence; those of {@code options} are merged.
 * </ul>
 */
final class OllamaRequest {

    private OllamaRequest() {}

    static Map<String, Object> body(ChatRequest request, boolean stream) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("model", request.model());
        body.put(
                "messages",
                request.messages().stream().map(OllamaRequest::message).toList());
        List<Map<String, Object>> tools = tools(request.toolSet());
        if (!tools.isEmpty()) {
            body.put("tools", tools);
        }
        if (request.format() instanceof ResponseFormat.JsonSchema schema) {
            body.put("format", schema.schema());
        } else if (request.format() instanceof ResponseFormat.Json) {
            body.put("format", "json");
        }
        Map<String, Object> options = options(request.sampling());
        if (!options.isEmpty()) {
            body.put("options", options);
        }
        Object think = think(request);
        if (think != null) {
            body.put("think", think);
        }
        Integer logprobs = request.options().topLogprobs();
        if (logprobs != null) {
            body.put("logprobs", true);
            if (logprobs > 0) {
                body.put("top_logprobs", logprobs);
            }
        }
        body.put("stream", stream);
        request.extra()
                .getOrDefault(DialectName.OLLAMA, Map.of())
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
                    STRICT_SCHEMA,
                    LOGPROBS -> true;
            case PARALLEL_TOOL_CALLS, STRICT_TOOLS, CACHE_HINTS, SERVICE_TIER, USER, METADATA -> false;
        };
    }

    /** Returns true if reasoning is off or not asked for, or the model takes efforts. */
    static boolean isExact(ChatRequest request) {
        Reasoning reasoning = request.options().reasoning();
        if (reasoning == null) {
            return true;
        }
        return isGraded(request.model())
                ? reasoning.effort() != null
                        && think(request) instanceof String level
                        && level.equalsIgnoreCase(reasoning.effort().name())
                : reasoning.isOff();
    }

    private static boolean isGraded(String model) {
        return model.contains("gpt-oss");
    }

    private static @Nullable Object think(ChatRequest request) {
        Reasoning reasoning = request.options().reasoning();
        if (reasoning == null) {
            return null;
        }
        if (!isGraded(request.model())) {
            return !reasoning.isOff();
        }
        return switch (ReasoningScale.effort(request, reasoning)) {
            case MINIMAL, LOW -> "low";
            case MEDIUM -> "medium";
            case HIGH, MAX -> "high";
        };
    }

    private static Map<String, Object> message(Message message) {
        if (message instanceof Message.System system) {
            return turn("system", system.text());
        }
        if (message instanceof Message.ToolResult result) {
            Map<String, Object> turn = turn("tool", result.content());
            turn.put("tool_name", result.name());
            return turn;
        }
        if (message instanceof Message.Assistant assistant) {
            Map<String, Object> turn = turn("assistant", assistant.text());
            if (!assistant.toolCalls().isEmpty()) {
                String reasoning = reasoning(assistant);
                if (!reasoning.isEmpty()) {
                    turn.put("thinking", reasoning);
                }
                turn.put(
                        "tool_calls",
                        assistant.toolCalls().stream().map(OllamaRequest::call).toList());
            }
            return turn;
        }
        Message.User user = (Message.User) message;
        Map<String, Object> turn = turn("user", user.text());
        List<String> images = new ArrayList<>();
        for (Message.Part part : user.parts()) {
            if (part instanceof Message.Part.Image picture) {
                images.add(base64(Media.of(picture.image())));
            } else if (!(part instanceof Message.Part.Text)) {
                throw Media.unsupported("Ollama", "files and sound", "file");
            }
        }
        if (!images.isEmpty()) {
            turn.put("images", images);
        }
        return turn;
    }

    /** Returns the reasoning that came from this dialect. */
    private static String reasoning(Message.Assistant assistant) {
        return assistant.reasoningBlocks().stream()
                .filter(reasoning ->
                        !VendorFields.of(reasoning, DialectName.OLLAMA).isEmpty())
                .map(ReasoningBlock::text)
                .collect(Collectors.joining());
    }

    private static Map<String, Object> turn(String role, String content) {
        Map<String, Object> turn = new LinkedHashMap<>();
        turn.put("role", role);
        turn.put("content", content);
        return turn;
    }

    private static String base64(Media media) {
        if (!media.isInline()) {
            throw Media.unsupported("Ollama", "images by URL", "image_url");
        }
        return media.base64();
    }

    private static Map<String, Object> call(ToolCall call) {
        Map<String, Object> function = new LinkedHashMap<>();
        function.put("name", call.name());
        function.put("arguments", ToolArguments.object(call.arguments()));
        return Map.of("function", function);
    }

    private static List<Map<String, Object>> tools(ToolSet toolSet) {
        ToolSet.Choice choice = toolSet.choice();
        return toolSet.tools().stream()
                .filter(tool -> choice.mode() != ToolSet.Choice.Mode.NONE
                        && (choice.tool() == null || choice.tool().equals(tool.name())))
                .map(OllamaRequest::tool)
                .toList();
    }

    private static Map<String, Object> tool(Tool tool) {
        Map<String, Object> function = new LinkedHashMap<>();
        function.put("name", tool.name());
        function.put("description", tool.description());
        function.put("parameters", tool.schema());
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("type", "function");
        fields.put("function", function);
        return fields;
    }

    private static Map<String, Object> options(SamplingParameters samplingParameters) {
        Map<String, Object> options = new LinkedHashMap<>();
        if (samplingParameters.temperature() != null) {
            options.put("temperature", samplingParameters.temperature());
        }
        if (samplingParameters.topP() != null) {
            options.put("top_p", samplingParameters.topP());
        }
        if (samplingParameters.maxTokens() != null) {
            options.put("num_predict", samplingParameters.maxTokens());
        }
        if (!samplingParameters.stop().isEmpty()) {
            options.put("stop", samplingParameters.stop());
        }
        if (samplingParameters.seed() != null) {
            options.put("seed", samplingParameters.seed());
        }
        if (samplingParameters.topK() != null) {
            options.put("top_k", samplingParameters.topK());
        }
        if (samplingParameters.frequencyPenalty() != null) {
            options.put("frequency_penalty", samplingParameters.frequencyPenalty());
        }
        if (samplingParameters.presencePenalty() != null) {
            options.put("presence_penalty", samplingParameters.presencePenalty());
        }
        return options;
    }
}
