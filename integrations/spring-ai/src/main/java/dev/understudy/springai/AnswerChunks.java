package dev.understudy.springai;

import dev.understudy.chat.FinishReason;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.metadata.ChatResponseMetadata;
import org.springframework.ai.chat.metadata.EmptyUsage;
import org.springframework.ai.chat.model.Generation;
import org.springframework.util.StringUtils;
import reactor.core.publisher.Flux;

/**
 * Maps one stream of a Spring AI model. A stream that completes without a finish reason was cut, and ends without a {@link
 * StreamChunk.Finish}. For one subscriber.
 */
final class AnswerChunks {

    private final AnswerMapper mapper;
    private final boolean endRequired;
    private final Map<String, ToolCall> calls = new LinkedHashMap<>();
    private @Nullable FinishReason reason;
    private @Nullable ChatResponseMetadata metadata;
    private int reasoned;

    AnswerChunks(AnswerMapper mapper, boolean endRequired) {
        this.mapper = mapper;
        this.endRequired = endRequired;
    }

    Flux<StreamChunk> map(Flux<org.springframework.ai.chat.model.ChatResponse> responses) {
        return responses.concatMapIterable(this::chunks, 1).concatWith(Flux.defer(() -> Flux.fromIterable(end())));
    }

    private List<StreamChunk> chunks(org.springframework.ai.chat.model.ChatResponse response) {
        ChatResponseMetadata told = response.getMetadata();
        // Usage and id may come with different chunks, and the last chunk may have neither.
        if (told != null && (metadata == null || !(told.getUsage() instanceof EmptyUsage))) {
            metadata = told;
        }
        List<StreamChunk> chunks = new ArrayList<>(1);
        for (Generation generation : AnswerMapper.generations(response)) {
            add(generation.getOutput(), chunks);
            FinishReason given = AnswerMapper.reason(generation);
            reason = given == null ? reason : given;
        }
        return chunks;
    }

    private void add(AssistantMessage message, List<StreamChunk> chunks) {
        String reasoning = AnswerMapper.reasoning(message);
        // Models give all of the reasoning so far with each chunk.
        if (reasoning != null && reasoning.length() > reasoned) {
            chunks.add(new StreamChunk.Reasoning(reasoning.substring(reasoned), null));
            reasoned = reasoning.length();
        }
        if (StringUtils.hasLength(message.getText())) {
            chunks.add(new StreamChunk.Text(message.getText()));
        }
        for (ToolCall call : AnswerMapper.calls(message)) {
            calls.put(call.id().isEmpty() ? "#" + calls.size() : call.id(), call);
        }
        message.getMedia()
                .forEach(media -> chunks.add(new StreamChunk.Block(MediaMapper.block(media), StreamChunk.UNNUMBERED)));
    }

    private List<StreamChunk> end() {
        if (reason == null && endRequired) {
            return List.of();
        }
        List<StreamChunk> chunks = new ArrayList<>();
        for (ToolCall call : calls.values()) {
            chunks.add(new StreamChunk.ToolCallDone(chunks.size(), call));
        }
        FinishReason end = !calls.isEmpty() ? FinishReason.TOOL_CALLS : reason == null ? FinishReason.STOP : reason;
        chunks.add(mapper.finish(end, metadata));
        return chunks;
    }
}
