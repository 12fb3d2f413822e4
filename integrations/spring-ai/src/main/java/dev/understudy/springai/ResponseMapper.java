package dev.understudy.springai;

import dev.understudy.adapter.BlockCodec;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorMetadata;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.metadata.ChatGenerationMetadata;
import org.springframework.ai.chat.metadata.ChatResponseMetadata;
import org.springframework.ai.chat.metadata.DefaultUsage;
import org.springframework.ai.chat.metadata.EmptyUsage;
import org.springframework.ai.chat.model.Generation;

/** Maps a complete response to Spring AI's. */
final class ResponseMapper {

    private ResponseMapper() {}

    static org.springframework.ai.chat.model.ChatResponse whole(ChatResponse response) {
        return response(response, response.text());
    }

    /** Returns the last chunk of a stream: all but the text, which came in the chunks before. */
    static org.springframework.ai.chat.model.ChatResponse end(ChatResponse response) {
        return response(response, "");
    }

    /** Returns a chunk of a stream. */
    static org.springframework.ai.chat.model.ChatResponse part(String text, Map<String, Object> properties) {
        AssistantMessage message =
                AssistantMessage.builder().content(text).properties(properties).build();
        return new org.springframework.ai.chat.model.ChatResponse(List.of(new Generation(message)));
    }

    private static org.springframework.ai.chat.model.ChatResponse response(ChatResponse response, String text) {
        AssistantMessage message = AssistantMessage.builder()
                .content(text)
                .properties(properties(response))
                .toolCalls(
                        response.toolCalls().stream().map(ResponseMapper::call).toList())
                .media(MediaMapper.media(response.blocks()))
                .build();
        return new org.springframework.ai.chat.model.ChatResponse(
                List.of(new Generation(message, generation(response))), metadata(response));
    }

    static AssistantMessage.ToolCall call(ToolCall call) {
        return new AssistantMessage.ToolCall(call.id(), "function", call.name(), call.arguments());
    }

    private static Map<String, Object> properties(ChatResponse response) {
        Map<String, Object> properties = new HashMap<>();
        if (!response.reasoning().isEmpty()) {
            properties.put(MetadataKeys.REASONING, response.reasoning());
        }
        if (!response.refusal().isEmpty()) {
            properties.put(MetadataKeys.REFUSAL, response.refusal());
        }
        if (BlockCodec.isNeeded(response.blocks())) {
            properties.put(MetadataKeys.BLOCKS, BlockCodec.write(response.blocks()));
        }
        return properties;
    }

    private static ChatGenerationMetadata generation(ChatResponse response) {
        ChatGenerationMetadata.Builder metadata = ChatGenerationMetadata.builder()
                .finishReason(response.finishReason().name())
                .metadata(MetadataKeys.SERVED_BY, response.servedBy());
        if (!response.citations().isEmpty()) {
            metadata.metadata(MetadataKeys.CITATIONS, response.citations());
        }
        if (!response.logprobs().isEmpty()) {
            metadata.metadata(MetadataKeys.LOGPROBS, response.logprobs());
        }
        return metadata.build();
    }

    private static ChatResponseMetadata metadata(ChatResponse response) {
        ServedBy servedBy = response.servedBy();
        VendorMetadata vendor = response.vendorMetadata();
        return ChatResponseMetadata.builder()
                .id(Objects.requireNonNullElse(vendor.id(), ""))
                .model(Objects.requireNonNullElse(vendor.model(), servedBy.model()))
                .usage(usage(response.usage()))
                .keyValue(MetadataKeys.SERVED_BY, servedBy)
                .keyValue(MetadataKeys.PROVIDER, servedBy.provider())
                .keyValue(MetadataKeys.FALLBACK, servedBy.fallback())
                .keyValue(MetadataKeys.ATTEMPTS, servedBy.attemptLog().attemptCount())
                .keyValue(MetadataKeys.REQUEST_ID, vendor.requestId())
                .build();
    }

    private static org.springframework.ai.chat.metadata.Usage usage(Usage usage) {
        return usage.equals(Usage.none())
                ? new EmptyUsage()
                : new DefaultUsage(
                        usage.input(), usage.output(), usage.total(), usage, (long) usage.cachedInput(), (long)
                                usage.cacheWrite());
    }
}
