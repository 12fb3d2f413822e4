package dev.understudy.provider.gemini;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatRequest.Reasoning;
import dev.understudy.chat.ChatRequest.Reasoning.Effort;
import dev.understudy.chat.Message;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.SamplingParameters;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolSet;
import dev.understudy.provider.dialect.DialectName;
import dev.understudy.provider.dialect.ExtraFields;
import dev.understudy.provider.dialect.ReasoningScale;
import dev.understudy.provider.dialect.RequestOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Encodes the body of an interaction:
 *
 * <ul>
 *   <li>the whole conversation is sent as steps; system messages become the one {@code system_instruction}, and without
 * other messages the input of a user;
 *   <li>the limit of the answer, stop texts, seed, reasoning and the choice of tools go into {@code generation_config},
 * which has no temperature and no top-p;
 *   <li>the vendor does not keep the interaction, except in background mode;
 *   <li>extra fields of the caller take precedence; two objects of the same name are merged.
 * </ul>
 */
final class InteractionsRequest {

    private InteractionsRequest() {}

    static Map<String, Object> body(ChatRequest request, boolean stream, boolean background) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("model", request.model());
        String system = request.messages().stream()
                .map(message -> message instanceof Message.System words ? words.text() : "")
                .filter(text -> !text.isBlank())
                .collect(Collectors.joining("\n\n"));
        List<Map<String, Object>> steps = InteractionsSteps.of(request);
        if (steps.isEmpty()) {
            body.put("input", system);
        } else {
            if (!system.isEmpty()) {
                body.put("system_instruction", system);
            }
            body.put("input", steps);
        }
        List<Map<String, Object>> tools = new ArrayList<>();
        request.toolSet().tools().forEach(tool -> tools.add(tool(tool)));
        if (!tools.isEmpty()) {
            body.put("tools", tools);
        }
        Map<String, Object> config = config(request);
        if (!config.isEmpty()) {
            body.put("generation_config", config);
        }
        format(request.format(), body);
        if (request.options().serviceTier() != null) {
            body.put("service_tier", request.options().serviceTier().name().toLowerCase(Locale.ROOT));
        }
        if (!request.options().metadata().isEmpty()) {
            body.put("labels", request.options().metadata());
        }
        if (stream) {
            body.put("stream", true);
        }
        boolean kept = background && stream;
        if (kept) {
            body.put("background", true);
        }
        body.put("store", kept);
        request.extra()
                .getOrDefault(DialectName.GEMINI_INTERACTIONS, Map.of())
                .forEach((field, value) -> ExtraFields.put(body, field, value));
        return body;
    }

    static boolean accepts(RequestOption option) {
        return switch (option) {
            case MAX_TOKENS, STOP, SEED, REASONING, STRICT_TOOLS, STRICT_SCHEMA, SERVICE_TIER, METADATA -> true;
            case TEMPERATURE,
                    TOP_P,
                    TOP_K,
                    FREQUENCY_PENALTY,
                    PRESENCE_PENALTY,
                    PARALLEL_TOOL_CALLS,
                    CACHE_HINTS,
                    USER,
                    LOGPROBS -> false;
        };
    }

    /** Returns true if the vendor has a level that is the same; it has none for a budget, for no reasoning and for MAX. */
    static boolean isExact(@Nullable Reasoning reasoning) {
        return reasoning == null || (reasoning.effort() != null && reasoning.effort() != Effort.MAX);
    }

    private static Map<String, Object> tool(Tool tool) {
        Map<String, Object> function = ExtraFields.fields("type", "function", "name", tool.name());
        if (!tool.description().isBlank()) {
            function.put("description", tool.description());
        }
        if (!tool.schema().isEmpty()) {
            function.put("parameters", tool.schema());
        }
        return function;
    }

    private static Map<String, Object> config(ChatRequest request) {
        Map<String, Object> config = new LinkedHashMap<>();
        SamplingParameters sampling = request.sampling();
        if (sampling.maxTokens() != null) {
            config.put("max_output_tokens", sampling.maxTokens());
        }
        if (!sampling.stop().isEmpty()) {
            config.put("stop_sequences", sampling.stop());
        }
        if (sampling.seed() != null) {
            config.put("seed", sampling.seed());
        }
        Reasoning reasoning = request.options().reasoning();
        if (reasoning != null) {
            Effort effort = ReasoningScale.effort(request, reasoning);
            config.put(
                    "thinking_level",
                    reasoning.isOff()
                            ? "minimal"
                            : (effort == Effort.MAX ? Effort.HIGH : effort)
                                    .name()
                                    .toLowerCase(Locale.ROOT));
            if (!reasoning.isOff()) {
                config.put("thinking_summaries", "auto");
            }
        }
        choice(request.toolSet(), config);
        return config;
    }

    private static void choice(ToolSet toolSet, Map<String, Object> config) {
        if (toolSet.isEmpty()) {
            return;
        }
        ToolSet.Choice choice = toolSet.choice();
        boolean strict = toolSet.tools().stream().anyMatch(Tool::strict);
        switch (choice.mode()) {
            case AUTO -> {
                if (strict) {
                    config.put("tool_choice", "validated");
                }
            }
            case NONE -> config.put("tool_choice", "none");
            case REQUIRED -> config.put("tool_choice", "any");
            case NAMED ->
                config.put(
                        "tool_choice",
                        Map.of("allowed_tools", ExtraFields.fields("mode", "any", "tools", List.of(choice.tool()))));
        }
    }

    private static void format(ResponseFormat format, Map<String, Object> body) {
        if (format instanceof ResponseFormat.Text) {
            return;
        }
        Map<String, Object> text = ExtraFields.fields("type", "text", "mime_type", "application/json");
        if (format instanceof ResponseFormat.JsonSchema schema) {
            text.put("schema", schema.schema());
        }
        body.put("response_format", text);
    }
}
