package dev.understudy.langchain4j;

import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.internal.JsonSchemaElementUtils;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.understudy.adapter.BlockCodec;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.Message;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.SamplingParameters;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.ToolSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Maps a request of LangChain4j. */
final class RequestMapper {

    /** Attribute of messages: the content blocks as JSON text, where the message alone does not hold all of them. */
    static final String BLOCKS = "understudy.blocks";

    private RequestMapper() {}

    /**
     * Maps a request.
     *
     * @param request the request, with the default parameters of the model
     * @return the request
     * @throws IllegalArgumentException if no model is known, or a value is not valid
     * @throws UnsupportedFeatureException for messages and contents that no model of Understudy knows
     */
    static ChatRequest request(dev.langchain4j.model.chat.request.ChatRequest request) {
        ChatRequestParameters parameters = request.parameters();
        String model = parameters.modelName();
        if (model == null || model.isBlank()) {
            throw new IllegalArgumentException(
                    "No model: neither the parameters of the request nor those of the Understudy model name one");
        }
        List<Message> messages =
                request.messages().stream().map(RequestMapper::message).toList();
        ChatRequest mapped = ChatRequest.of(model, messages)
                .withSampling(sampling(parameters))
                .withTools(tools(parameters))
                .withFormat(format(parameters.responseFormat()));
        mapped = parameters.toolChoice() == null ? mapped : mapped.withToolChoice(choice(parameters.toolChoice()));
        return parameters instanceof UnderstudyChatRequestParameters own ? own.changed(mapped) : mapped;
    }

    private static SamplingParameters sampling(ChatRequestParameters parameters) {
        List<String> stop = parameters.stopSequences();
        return SamplingParameters.defaults()
                .withTemperature(parameters.temperature())
                .withTopP(parameters.topP())
                .withTopK(parameters.topK())
                .withMaxTokens(parameters.maxOutputTokens())
                .withFrequencyPenalty(parameters.frequencyPenalty())
                .withPresencePenalty(parameters.presencePenalty())
                .withStop(stop == null ? List.of() : stop);
    }

    private static List<Tool> tools(ChatRequestParameters parameters) {
        List<ToolSpecification> tools = parameters.toolSpecifications();
        return tools == null
                ? List.of()
                : tools.stream().map(RequestMapper::tool).toList();
    }

    private static Tool tool(ToolSpecification tool) {
        String description = Objects.requireNonNullElse(tool.description(), "");
        Tool mapped = tool.parameters() == null
                ? Tool.of(tool.name(), description)
                : new Tool(tool.name(), description, JsonSchemaElementUtils.toMap(tool.parameters()));
        return Boolean.TRUE.equals(tool.strict()) ? mapped.withStrict(true) : mapped;
    }

    private static ToolSet.Choice choice(ToolChoice choice) {
        return switch (choice) {
            case AUTO -> ToolSet.Choice.auto();
            case REQUIRED -> ToolSet.Choice.required();
            case NONE -> ToolSet.Choice.none();
        };
    }

    private static ResponseFormat format(dev.langchain4j.model.chat.request.@Nullable ResponseFormat format) {
        if (format == null || format.type() == ResponseFormatType.TEXT) {
            return ResponseFormat.text();
        }
        return format.jsonSchema() == null
                ? ResponseFormat.json()
                : new ResponseFormat.JsonSchema(
                        format.jsonSchema().name(),
                        JsonSchemaElementUtils.toMap(format.jsonSchema().rootElement()),
                        false);
    }

    private static Message message(ChatMessage message) {
        if (message instanceof SystemMessage system) {
            return Message.system(system.text());
        }
        if (message instanceof UserMessage user) {
            return Message.user(ContentMapper.parts(user.contents()));
        }
        if (message instanceof ToolExecutionResultMessage result) {
            return new Message.ToolResult(
                    Objects.requireNonNullElse(result.id(), ""),
                    Objects.requireNonNullElse(result.toolName(), ""),
                    ContentMapper.parts(result.contents()),
                    Boolean.TRUE.equals(result.isError()));
        }
        if (message instanceof AiMessage answer) {
            return new Message.Assistant(blocks(answer));
        }
        throw new UnsupportedFeatureException("No mapping for a message of type " + message.type());
    }

    /** Returns the blocks as the model produced them, where the message still says the same. */
    private static List<ContentBlock> blocks(AiMessage message) {
        List<ToolCall> calls = message.toolExecutionRequests().stream()
                .map(call -> new ToolCall(
                        Objects.requireNonNullElse(call.id(), ""),
                        call.name(),
                        Objects.requireNonNullElse(call.arguments(), "")))
                .toList();
        String text = Objects.requireNonNullElse(message.text(), "");
        List<ContentBlock> blocks =
                new ArrayList<>(BlockCodec.blocks(message.attributes().get(BLOCKS), text, calls));
        message.images().forEach(image -> blocks.add(new ContentBlock.Image(ContentMapper.image(image), null)));
        return blocks;
    }
}
