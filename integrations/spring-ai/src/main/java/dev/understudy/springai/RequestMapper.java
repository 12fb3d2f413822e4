package dev.understudy.springai;

import dev.understudy.adapter.BlockCodec;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.Message;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.SamplingParameters;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.MessageType;
import org.springframework.ai.chat.messages.ToolResponseMessage;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.content.Media;
import org.springframework.ai.model.tool.StructuredOutputChatOptions;
import org.springframework.ai.model.tool.ToolCallingChatOptions;
import org.springframework.ai.tool.definition.ToolDefinition;
import org.springframework.util.StringUtils;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Maps a prompt of Spring AI to a request. */
final class RequestMapper {

    /** Name of the schema of a structured answer, which some vendors ask for. */
    private static final String SCHEMA_NAME = "answer";

    private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

    private RequestMapper() {}

    /**
     * Maps a prompt.
     *
     * @param prompt messages, and options that are not {@code null}
     * @param model the model of prompts that name none
     * @return the request
     * @throws IllegalArgumentException if no model is known, or a value is not valid
     */
    static ChatRequest request(Prompt prompt, @Nullable String model) {
        ChatOptions options = Objects.requireNonNull(prompt.getOptions(), "options");
        String name = StringUtils.hasText(options.getModel()) ? options.getModel() : model;
        if (name == null) {
            throw new IllegalArgumentException(
                    "No model: neither the prompt's options nor the default options of UnderstudyChatModel name one");
        }
        List<Message> messages = prompt.getInstructions().stream()
                .flatMap(RequestMapper::messages)
                .toList();
        ChatRequest request = ChatRequest.of(name, messages).withSampling(sampling(options));
        if (options instanceof ToolCallingChatOptions calling && calling.getToolCallbacks() != null) {
            request = request.withTools(calling.getToolCallbacks().stream()
                    .map(callback -> tool(callback.getToolDefinition()))
                    .toList());
        }
        if (options instanceof StructuredOutputChatOptions structured
                && StringUtils.hasText(structured.getOutputSchema())) {
            request = request.withFormat(ResponseFormat.jsonSchema(
                    SCHEMA_NAME, JsonMapper.shared().readValue(structured.getOutputSchema(), OBJECT)));
        }
        return options instanceof UnderstudyChatOptions own ? own.changed(request) : request;
    }

    private static SamplingParameters sampling(ChatOptions options) {
        List<String> stop = options.getStopSequences();
        return SamplingParameters.defaults()
                .withTemperature(options.getTemperature())
                .withTopP(options.getTopP())
                .withTopK(options.getTopK())
                .withMaxTokens(options.getMaxTokens())
                .withFrequencyPenalty(options.getFrequencyPenalty())
                .withPresencePenalty(options.getPresencePenalty())
                .withStop(stop == null ? List.of() : stop);
    }

    private static Tool tool(ToolDefinition definition) {
        return StringUtils.hasText(definition.inputSchema())
                ? Tool.ofJson(definition.name(), definition.description(), definition.inputSchema())
                : Tool.of(definition.name(), definition.description());
    }

    private static Stream<Message> messages(org.springframework.ai.chat.messages.Message message) {
        String text = Objects.requireNonNullElse(message.getText(), "");
        if (message instanceof UserMessage user) {
            return Stream.of(user(text, user.getMedia()));
        }
        if (message instanceof AssistantMessage assistant) {
            return Stream.of(new Message.Assistant(blocks(assistant, text)));
        }
        if (message instanceof ToolResponseMessage results) {
            return results.getResponses().stream()
                    .map(result -> new Message.ToolResult(
                            result.id(), result.name(), Objects.requireNonNullElse(result.responseData(), ""), false));
        }
        return Stream.of(message.getMessageType() == MessageType.SYSTEM ? Message.system(text) : Message.user(text));
    }

    private static Message user(String text, List<Media> media) {
        if (media.isEmpty()) {
            return Message.user(text);
        }
        List<Message.Part> parts = new ArrayList<>();
        if (!text.isEmpty()) {
            parts.add(new Message.Part.Text(text));
        }
        media.forEach(each -> parts.add(MediaMapper.part(each)));
        return Message.user(parts);
    }

    /** Returns the blocks as the model produced them, where the message still says the same. */
    private static List<ContentBlock> blocks(AssistantMessage message, String text) {
        List<ToolCall> calls = message.getToolCalls().stream()
                .map(call -> new ToolCall(call.id(), call.name(), call.arguments()))
                .toList();
        List<ContentBlock> blocks =
                new ArrayList<>(BlockCodec.blocks(message.getMetadata().get(MetadataKeys.BLOCKS), text, calls));
        message.getMedia().forEach(each -> blocks.add(MediaMapper.block(each)));
        return blocks;
    }
}
