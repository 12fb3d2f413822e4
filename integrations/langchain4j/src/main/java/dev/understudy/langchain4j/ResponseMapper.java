package dev.understudy.langchain4j;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.image.Image;
import dev.langchain4j.data.message.AiMessage;
import dev.understudy.adapter.BlockCodec;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ToolCall;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Maps a complete response to LangChain4j's. */
final class ResponseMapper {

    /** Attribute of messages: the model's refusal. */
    static final String REFUSAL = "refusal";

    private ResponseMapper() {}

    static dev.langchain4j.model.chat.response.ChatResponse response(ChatResponse response) {
        AiMessage.Builder message = AiMessage.builder()
                .toolExecutionRequests(
                        response.toolCalls().stream().map(ResponseMapper::call).toList())
                .attributes(attributes(response));
        if (!response.text().isEmpty() || response.toolCalls().isEmpty()) {
            message.text(response.text());
        }
        if (!response.reasoning().isEmpty()) {
            message.thinking(response.reasoning());
        }
        return dev.langchain4j.model.chat.response.ChatResponse.builder()
                .aiMessage(message.build())
                .metadata(UnderstudyResponseMetadata.of(response))
                .build();
    }

    static ToolExecutionRequest call(ToolCall call) {
        return ToolExecutionRequest.builder()
                .id(call.id())
                .name(call.name())
                .arguments(call.arguments())
                .build();
    }

    private static Map<String, Object> attributes(ChatResponse response) {
        Map<String, Object> attributes = new HashMap<>();
        if (!response.refusal().isEmpty()) {
            attributes.put(REFUSAL, response.refusal());
        }
        List<Image> images = ContentMapper.images(response.blocks());
        if (!images.isEmpty()) {
            attributes.put(AiMessage.GENERATED_IMAGES_KEY, images);
        }
        if (BlockCodec.isNeeded(response.blocks())) {
            attributes.put(RequestMapper.BLOCKS, BlockCodec.write(response.blocks()));
        }
        return attributes;
    }
}
