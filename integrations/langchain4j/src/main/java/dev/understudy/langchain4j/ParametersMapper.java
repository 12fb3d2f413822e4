package dev.understudy.langchain4j;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.internal.JsonSchemaElementJsonUtils;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.DefaultChatRequestParameters;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.understudy.adapter.BlockCodec;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.Message;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.SamplingParameters;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Maps a request to one of LangChain4j, and names the parts that LangChain4j has no word for. For one request. */
final class ParametersMapper {

    private final ChatRequest request;
    private final List<String> leftOut = new ArrayList<>();

    ParametersMapper(ChatRequest request) {
        this.request = request;
    }

    /** Returns the names of what was left out by {@link #map()}. */
    List<String> leftOut() {
        return leftOut;
    }

    dev.langchain4j.model.chat.request.ChatRequest map() {
        List<ChatMessage> messages = new ArrayList<>();
        request.messages().forEach(message -> messages.add(message(message)));
        ChatRequestParameters parameters = parameters();
        unsupported().forEach((name, set) -> {
            if (set) {
                leftOut.add(name);
            }
        });
        return dev.langchain4j.model.chat.request.ChatRequest.builder()
                .messages(messages)
                .parameters(parameters)
                .build();
    }

    private ChatMessage message(Message message) {
        if (message instanceof Message.System system) {
            return SystemMessage.from(system.text());
        }
        if (message instanceof Message.User user) {
            return UserMessage.from(ContentMapper.contents(user.parts(), leftOut));
        }
        if (message instanceof Message.ToolResult result) {
            return ToolExecutionResultMessage.builder()
                    .id(result.callId())
                    .toolName(result.name())
                    .contents(ContentMapper.contents(result.parts(), leftOut))
                    .isError(result.error() ? Boolean.TRUE : null)
                    .build();
        }
        return answer((Message.Assistant) message);
    }

    private static AiMessage answer(Message.Assistant message) {
        Map<String, Object> attributes = new HashMap<>();
        if (BlockCodec.isNeeded(message.blocks())) {
            attributes.put(RequestMapper.BLOCKS, BlockCodec.write(message.blocks()));
        }
        List<ToolExecutionRequest> calls =
                message.toolCalls().stream().map(ResponseMapper::call).toList();
        String reasoning =
                message.reasoningBlocks().stream().map(ReasoningBlock::text).collect(Collectors.joining());
        if (message.blocks().stream().anyMatch(ContentBlock.Image.class::isInstance)) {
            attributes.put(AiMessage.GENERATED_IMAGES_KEY, ContentMapper.images(message.blocks()));
        }
        return AiMessage.builder()
                .text(message.text().isEmpty() && !calls.isEmpty() ? null : message.text())
                .thinking(reasoning.isEmpty() ? null : reasoning)
                .toolExecutionRequests(calls)
                .attributes(attributes)
                .build();
    }

    private ChatRequestParameters parameters() {
        SamplingParameters sampling = request.sampling();
        DefaultChatRequestParameters.Builder<?> parameters = ChatRequestParameters.builder();
        parameters.modelName(request.model());
        parameters.temperature(sampling.temperature());
        parameters.topP(sampling.topP());
        parameters.topK(sampling.topK());
        parameters.maxOutputTokens(sampling.maxTokens());
        parameters.frequencyPenalty(sampling.frequencyPenalty());
        parameters.presencePenalty(sampling.presencePenalty());
        parameters.stopSequences(sampling.stop());
        if (!request.toolSet().isEmpty()) {
            parameters.toolSpecifications(
                    request.toolSet().tools().stream().map(this::tool).toList());
            parameters.toolChoice(choice(request.toolSet().choice()));
        }
        parameters.responseFormat(format(request.format()));
        return parameters.build();
    }

    private ToolSpecification tool(Tool tool) {
        return ToolSpecification.builder()
                .name(tool.name())
                .description(tool.description())
                .parameters(schema(tool))
                .strict(tool.strict() ? Boolean.TRUE : null)
                .build();
    }

    private JsonObjectSchema schema(Tool tool) {
        Map<String, Object> schema = new LinkedHashMap<>(tool.schema());
        if (JsonSchemaElementJsonUtils.fromMap(schema) instanceof JsonObjectSchema whole) {
            return whole;
        }
        // Properties are kept as they are; keywords beside them are not.
        leftOut.add("schema of tool " + tool.name());
        schema.keySet().retainAll(List.of("type", "properties", "required", "description"));
        return JsonSchemaElementJsonUtils.fromMap(schema) instanceof JsonObjectSchema part
                ? part
                : JsonObjectSchema.builder().build();
    }

    private @Nullable ToolChoice choice(ToolSet.Choice choice) {
        return switch (choice.mode()) {
            case AUTO -> null;
            case NONE -> ToolChoice.NONE;
            case REQUIRED -> ToolChoice.REQUIRED;
            case NAMED -> {
                leftOut.add("tool choice");
                yield ToolChoice.REQUIRED;
            }
        };
    }

    private dev.langchain4j.model.chat.request.@Nullable ResponseFormat format(ResponseFormat format) {
        if (format instanceof ResponseFormat.Text) {
            return null;
        }
        if (!(format instanceof ResponseFormat.JsonSchema schema)) {
            return dev.langchain4j.model.chat.request.ResponseFormat.JSON;
        }
        if (schema.strict()) {
            leftOut.add("enforcement of the schema");
        }
        return dev.langchain4j.model.chat.request.ResponseFormat.builder()
                .type(ResponseFormatType.JSON)
                .jsonSchema(JsonSchema.builder()
                        .name(schema.name())
                        .rootElement(JsonRawSchema.from(JsonMapper.shared().writeValueAsString(schema.schema())))
                        .build())
                .build();
    }

    private Map<String, Boolean> unsupported() {
        ChatRequest.Options options = request.options();
        Map<String, Boolean> set = new LinkedHashMap<>();
        set.put("seed", request.sampling().seed() != null);
        set.put("reasoning", options.reasoning() != null);
        set.put("parallel tool calls", options.parallelToolCalls() != null);
        set.put("service tier", options.serviceTier() != null);
        set.put("user", options.user() != null);
        set.put("metadata", !options.metadata().isEmpty());
        set.put("logprobs", options.topLogprobs() != null);
        set.put("headers", !options.headers().isEmpty() || options.idempotencyKey() != null);
        set.put("extra", !request.extra().isEmpty());
        set.put("cache hints", hasCacheHints());
        return set;
    }

    private boolean hasCacheHints() {
        return request.messages().stream().anyMatch(message -> message.cacheHint() != Message.CacheHint.NONE)
                || request.toolSet().tools().stream().anyMatch(tool -> tool.cacheHint() != Message.CacheHint.NONE);
    }
}
