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
        String reasoning = reasoning(message);
        if (!reasoning.isEmpty()) {
            chunks.add(new StreamChunk.Reasoning(reasoning, null));
        }
        String text = AnswerMapper.text(message);
        if (!text.isEmpty()) {
            chunks.add(new StreamChunk.Text(text));
        }
        for (ToolCall call : AnswerMapper.calls(message)) {
            calls.put(call.id().isEmpty() ? "#" + calls.size() : call.id(), call);
        }
        message.getMedia()
                .forEach(media -> chunks.add(new StreamChunk.Block(MediaMapper.block(media), StreamChunk.UNNUMBERED)));
    }

    private String reasoning(AssistantMessage message) {
        String all = AnswerMapper.allReasoning(message);
        if (all == null) {
            return AnswerMapper.reasoning(message);
        }
        String next = all.substring(Math.min(reasoned, all.length()));
        reasoned = Math.max(reasoned, all.length());
        return next;
    }

    private List<StreamChunk> end() {
        if (reason == null && endRequired) {
            return List.of();
        }
        List<StreamChunk> chunks = new ArrayList<>();
        FinishReason end = AnswerMapper.end(reason == null ? FinishReason.STOP : reason, !calls.isEmpty());
        for (ToolCall call : calls.values()) {
            if (AnswerMapper.isWhole(call, end)) {
                chunks.add(new StreamChunk.ToolCallDone(chunks.size(), call));
            }
        }
        chunks.add(mapper.finish(end, metadata));
        return chunks;
    }
}
