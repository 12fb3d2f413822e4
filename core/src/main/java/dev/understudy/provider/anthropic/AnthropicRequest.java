package dev.understudy.provider.anthropic;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Message;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.SamplingParameters;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolSet;
import dev.understudy.provider.catalog.ModelCatalog;
import dev.understudy.provider.dialect.DialectName;
import dev.understudy.provider.dialect.ExtraFields;
import dev.understudy.provider.dialect.FormatInstruction;
import dev.understudy.provider.dialect.RequestOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Encodes the body of a Messages request:
 *
 * <ul>
 *   <li>system messages, wherever they are, become the one {@code system} text; without other messages, a user
 * message;
 *   <li>{@code max_tokens} is required: the caller's, at most the known limit of the model; else that limit; else
 * {@value #MAX_TOKENS};
 *   <li>a temperature above 1 becomes 1; a seed is not supported and omitted;
 *   <li>a strict JSON schema becomes {@code output_config.format}; for any JSON, or a schema that is not strict, an
 * instruction is added to the system text, because there is no field for it;
 *   <li>extra fields of the caller take precedence; those of {@code output_config} are merged.
 * </ul>
 */
public final class AnthropicRequest {

    static final int MAX_TOKENS = 4096;

    private final Map<String, Integer> maxOutput;

    public AnthropicRequest(Map<String, Integer> maxOutput) {
        this.maxOutput = maxOutput;
    }

    public Map<String, Object> body(ChatRequest request, boolean stream) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("model", request.model());
        body.put("max_tokens", maxTokens(request));
        Object system = system(request);
        List<Map<String, Object>> messages = AnthropicMessages.of(request.messages());
        if (messages.isEmpty()) {
            messages = List.of(AnthropicMessages.textTurn("user", system));
        } else if (!system.equals("")) {
            body.put("system", system);
        }
        body.put("messages", messages);
        sampling(request.sampling(), body);
        if (!request.toolSet().isEmpty()) {
            body.put(
                    "tools",
                    request.toolSet().tools().stream()
                            .map(AnthropicRequest::tool)
                            .toList());
            choice(request.toolSet().choice(), request.options().parallelToolCalls(), body);
        }
        if (request.format() instanceof ResponseFormat.JsonSchema schema && schema.strict()) {
            body.put("output_config", Map.of("format", format(schema)));
        }
        options(request.options(), body);
        if (stream) {
            body.put("stream", true);
        }
        AnthropicCache.limit(body);
        request.extra()
                .getOrDefault(DialectName.ANTHROPIC, Map.of())
                .forEach((field, value) -> ExtraFields.join(body, field, value, "output_config"));
        return body;
    }

    private int maxTokens(ChatRequest request) {
        Integer requested = request.sampling().maxTokens();
        Integer known = maxOutput.get(request.model());
        int limit = known != null ? known : maxOutput.getOrDefault(ModelCatalog.withoutVersion(request.model()), 0);
        if (requested == null) {
            return limit > 0 ? limit : MAX_TOKENS;
        }
        return limit > 0 ? Math.min(requested, limit) : requested;
    }

    /** Returns one text, or blocks if one of them is the end of a prefix that is to be cached. */
    private static Object system(ChatRequest request) {
        List<Message.System> texts = new ArrayList<>();
        boolean hinted = false;
        for (Message message : request.messages()) {
            if (message instanceof Message.System system && !system.text().isBlank()) {
                texts.add(system);
                hinted |= system.cacheHint() != Message.CacheHint.NONE;
            }
        }
        String format = FormatInstruction.of(request.format());
        if (!format.isEmpty()) {
            texts.add(new Message.System(format));
        }
        return hinted
                ? texts.stream().map(AnthropicRequest::system).toList()
                : texts.stream().map(Message.System::text).collect(Collectors.joining("\n\n"));
    }

    private static Map<String, Object> system(Message.System system) {
        Map<String, Object> block = ExtraFields.fields("type", "text", "text", system.text());
        AnthropicCache.mark(block, system.cacheHint());
        return block;
    }

    private static void sampling(SamplingParameters samplingParameters, Map<String, Object> body) {
        if (samplingParameters.temperature() != null) {
            body.put("temperature", Math.min(1, samplingParameters.temperature()));
        }
        if (samplingParameters.topP() != null) {
            body.put("top_p", samplingParameters.topP());
        }
        if (samplingParameters.topK() != null) {
            body.put("top_k", samplingParameters.topK());
        }
        if (!samplingParameters.stop().isEmpty()) {
            body.put("stop_sequences", samplingParameters.stop());
        }
    }

    /** Returns true for an option that the body has, or that {@link AnthropicThinking} writes. */
    public static boolean accepts(RequestOption option, ChatRequest request) {
        return switch (option) {
            case TEMPERATURE, TOP_P, TOP_K, MAX_TOKENS, STOP, STRICT_TOOLS, STRICT_SCHEMA, CACHE_HINTS, USER -> true;
            case PARALLEL_TOOL_CALLS -> request.toolSet().choice().mode() != ToolSet.Choice.Mode.NONE;
            case REASONING -> AnthropicModel.of(request.model()).reasons();
            case SERVICE_TIER -> request.options().serviceTier() != ChatRequest.ServiceTier.FLEX;
            case SEED, FREQUENCY_PENALTY, PRESENCE_PENALTY, METADATA, LOGPROBS -> false;
        };
    }

    private static void options(ChatRequest.Options options, Map<String, Object> body) {
        if (options.user() != null) {
            body.put("metadata", Map.of("user_id", options.user()));
        }
        if (options.serviceTier() == ChatRequest.ServiceTier.STANDARD) {
            body.put("service_tier", "standard_only");
        } else if (options.serviceTier() == ChatRequest.ServiceTier.PRIORITY) {
            body.put("service_tier", "auto");
        }
    }

    private static Map<String, Object> tool(Tool tool) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("name", tool.name());
        if (!tool.description().isBlank()) {
            fields.put("description", tool.description());
        }
        Map<String, Object> schema = new LinkedHashMap<>();
        if (!tool.schema().containsKey("type")) {
            schema.put("type", "object");
        }
        schema.putAll(tool.schema());
        fields.put("input_schema", schema);
        if (tool.strict()) {
            fields.put("strict", true);
        }
        AnthropicCache.mark(fields, tool.cacheHint());
        return fields;
    }

    private static void choice(ToolSet.Choice choice, @Nullable Boolean parallel, Map<String, Object> body) {
        Map<String, Object> fields = ExtraFields.fields(
                "type",
                switch (choice.mode()) {
                    case AUTO -> "auto";
                    case NONE -> "none";
                    case REQUIRED -> "any";
                    case NAMED -> "tool";
                });
        if (choice.tool() != null) {
            fields.put("name", choice.tool());
        }
        if (parallel != null && choice.mode() != ToolSet.Choice.Mode.NONE) {
            fields.put("disable_parallel_tool_use", !parallel);
        }
        if (fields.size() > 1 || choice.mode() != ToolSet.Choice.Mode.AUTO) {
            body.put("tool_choice", fields);
        }
    }

    private static Map<String, Object> format(ResponseFormat.JsonSchema schema) {
        Map<String, Object> format = new LinkedHashMap<>();
        format.put("type", "json_schema");
        format.put("schema", schema.schema());
        return format;
    }
}
