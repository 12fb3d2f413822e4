package dev.understudy.provider.openai.responses;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Message;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.SamplingParameters;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolSet;
import dev.understudy.provider.dialect.DialectName;
import dev.understudy.provider.dialect.ExtraFields;
import dev.understudy.provider.dialect.ReasoningScale;
import dev.understudy.provider.dialect.RequestOption;
import dev.understudy.provider.dialect.ToolCallIdMapper;
import dev.understudy.provider.openai.OpenAiModel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Encodes the body of an OpenAI Responses request:
 *
 * <ul>
 *   <li>leading system messages become {@code instructions}, later ones stay in place, and so does an only message;
 *   <li>one assistant turn becomes several items, in the order of its blocks, as {@link OpenAiResponsesTurn} says;
 *   <li>reasoning is sent back only if this dialect signed it;
 *   <li>tools are not strict unless the caller says so, because not every schema can be;
 *   <li>stop sequences, seed, penalties and top-k are not supported and omitted;
 *   <li>extra fields of the caller take precedence; those of {@code text} are merged, and so are the values of
 * {@code include}, of which encrypted reasoning is left out for models that do not reason: OpenAI would refuse the request.
 * </ul>
 */
final class OpenAiResponsesRequest {

    /** OpenAI refuses a smaller limit with "integer below minimum value". */
    private static final int MIN_OUTPUT_TOKENS = 16;

    private static final String INCLUDE = "include";

    private static final String ENCRYPTED_REASONING = "reasoning.encrypted_content";

    private OpenAiResponsesRequest() {}

    static Map<String, Object> body(ChatRequest request, boolean stream, ToolCallIdMapper ids) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("model", request.model());
        List<Message> messages = request.messages();
        int leading = leading(messages);
        if (leading > 0) {
            List<String> texts = new ArrayList<>();
            messages.subList(0, leading).forEach(message -> texts.add(((Message.System) message).text()));
            body.put("instructions", String.join("\n\n", texts));
        }
        List<Object> input = new ArrayList<>();
        OpenAiResponsesTurn turns = new OpenAiResponsesTurn(ids, input);
        messages.subList(leading, messages.size()).forEach(message -> items(message, turns, input));
        body.put("input", input);
        tools(request.toolSet(), body);
        format(request.format(), body);
        sampling(request.sampling(), body);
        options(request, body);
        if (stream) {
            body.put("stream", true);
        }
        request.extra().getOrDefault(DialectName.OPENAI_RESPONSES, Map.of()).forEach((field, value) -> {
            if (field.equals(INCLUDE) && value instanceof List<?> more) {
                include(more, request, body);
            } else {
                ExtraFields.join(body, field, value, "text");
            }
        });
        return body;
    }

    private static void include(List<?> more, ChatRequest request, Map<String, Object> body) {
        Set<Object> all = new LinkedHashSet<>(body.get(INCLUDE) instanceof List<?> own ? own : List.of());
        all.addAll(more);
        if (!OpenAiModel.of(request.model()).reasons()) {
            all.remove(ENCRYPTED_REASONING);
        }
        if (!all.isEmpty()) {
            body.put(INCLUDE, List.copyOf(all));
        }
    }

    /** Number of leading system messages, at most all messages but one. */
    private static int leading(List<Message> messages) {
        int count = 0;
        while (count < messages.size() && messages.get(count) instanceof Message.System) {
            count++;
        }
        return count == messages.size() ? 0 : count;
    }

    private static void items(Message message, OpenAiResponsesTurn turns, List<Object> input) {
        if (message instanceof Message.System system) {
            input.add(item("role", "system", "content", system.text()));
        } else if (message instanceof Message.User user) {
            input.add(item("role", "user", "content", content(user)));
        } else if (message instanceof Message.ToolResult result) {
            turns.add(result);
        } else if (message instanceof Message.Assistant assistant) {
            turns.add(assistant);
        }
    }

    /** Text alone is sent as a string, because some servers support nothing else. */
    private static Object content(Message.User user) {
        if (user.parts().stream().allMatch(part -> part instanceof Message.Part.Text)) {
            return user.text();
        }
        return user.parts().stream().map(OpenAiResponsesPart::of).toList();
    }

    private static void tools(ToolSet toolSet, Map<String, Object> body) {
        if (toolSet.isEmpty()) {
            return;
        }
        body.put(
                "tools",
                toolSet.tools().stream().map(OpenAiResponsesRequest::tool).toList());
        ToolSet.Choice choice = toolSet.choice();
        switch (choice.mode()) {
            case AUTO -> {}
            case NONE -> body.put("tool_choice", "none");
            case REQUIRED -> body.put("tool_choice", "required");
            case NAMED -> body.put("tool_choice", item("type", "function", "name", String.valueOf(choice.tool())));
        }
    }

    private static Map<String, Object> tool(Tool tool) {
        Map<String, Object> function = item("type", "function", "name", tool.name());
        if (!tool.description().isEmpty()) {
            function.put("description", tool.description());
        }
        function.put("parameters", tool.schema());
        function.put("strict", tool.strict());
        return function;
    }

    private static void format(ResponseFormat format, Map<String, Object> body) {
        if (format instanceof ResponseFormat.Json) {
            body.put("text", item("format", Map.of("type", "json_object")));
        } else if (format instanceof ResponseFormat.JsonSchema schema) {
            body.put(
                    "text",
                    item(
                            "format",
                            item(
                                    "type", "json_schema",
                                    "name", schema.name(),
                                    "schema", schema.schema(),
                                    "strict", schema.strict())));
        }
    }

    private static void sampling(SamplingParameters samplingParameters, Map<String, Object> body) {
        if (samplingParameters.temperature() != null) {
            body.put("temperature", samplingParameters.temperature());
        }
        if (samplingParameters.topP() != null) {
            body.put("top_p", samplingParameters.topP());
        }
        if (samplingParameters.maxTokens() != null) {
            body.put("max_output_tokens", Math.max(MIN_OUTPUT_TOKENS, samplingParameters.maxTokens()));
        }
    }

    static boolean accepts(RequestOption option, ChatRequest request) {
        return switch (option) {
            case TEMPERATURE,
                    TOP_P,
                    MAX_TOKENS,
                    PARALLEL_TOOL_CALLS,
                    STRICT_TOOLS,
                    STRICT_SCHEMA,
                    SERVICE_TIER,
                    USER,
                    METADATA,
                    LOGPROBS -> true;
            case REASONING -> OpenAiModel.of(request.model()).reasons();
            case TOP_K, STOP, SEED, FREQUENCY_PENALTY, PRESENCE_PENALTY, CACHE_HINTS -> false;
        };
    }

    private static void options(ChatRequest request, Map<String, Object> body) {
        ChatRequest.Options options = request.options();
        ChatRequest.Reasoning reasoning = options.reasoning();
        OpenAiModel model = OpenAiModel.of(request.model());
        if (reasoning != null && model.reasons()) {
            body.put(
                    "reasoning",
                    item(
                            "effort",
                            reasoning.isOff()
                                    ? model.least()
                                    : model.effort(ReasoningScale.effort(request, reasoning))));
        }
        if (options.parallelToolCalls() != null && !request.toolSet().isEmpty()) {
            body.put("parallel_tool_calls", options.parallelToolCalls());
        }
        ChatRequest.ServiceTier tier = options.serviceTier();
        if (tier != null) {
            body.put(
                    "service_tier",
                    tier == ChatRequest.ServiceTier.STANDARD
                            ? "default"
                            : tier.name().toLowerCase(Locale.ROOT));
        }
        if (options.user() != null) {
            body.put("user", options.user());
        }
        if (!options.metadata().isEmpty()) {
            body.put("metadata", options.metadata());
        }
        if (options.topLogprobs() != null) {
            body.put(INCLUDE, List.of("message.output_text.logprobs"));
            body.put("top_logprobs", options.topLogprobs());
        }
    }

    static Map<String, Object> item(Object... fields) {
        return ExtraFields.fields(fields);
    }
}
