package dev.understudy.springai;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import java.util.Map;
import java.util.function.Consumer;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SynchronousSink;

/**
 * Maps the chunks of one stream. Text goes on at once; tool calls, usage and metadata come complete in the last chunk, which
 * is the one with the finish reason. For one subscriber.
 */
final class StreamMapper {

    private final ChatResponseAggregator answer = new ChatResponseAggregator();
    private final Consumer<org.springframework.ai.chat.model.ChatResponse> complete;

    /**
     * Creates a mapper.
     *
     * @param complete receives the whole response before the last chunk is delivered
     */
    StreamMapper(Consumer<org.springframework.ai.chat.model.ChatResponse> complete) {
        this.complete = complete;
    }

    /** Returns the chunks of Spring AI; a stream without an end fails. */
    Flux<org.springframework.ai.chat.model.ChatResponse> map(Flux<StreamChunk> chunks) {
        return chunks.<org.springframework.ai.chat.model.ChatResponse>handle(this::next)
                .concatWith(Mono.defer(() -> answer.isFinished() ? Mono.empty() : Mono.error(cut())));
    }

    private void next(StreamChunk chunk, SynchronousSink<org.springframework.ai.chat.model.ChatResponse> sink) {
        if (chunk instanceof StreamChunk.Reset reset && reset.discardFromOffset() < answer.length()) {
            sink.error(withdrawn(reset));
            return;
        }
        answer.add(chunk);
        if (chunk instanceof StreamChunk.Text text && chunk.isContent()) {
            sink.next(ResponseMapper.part(text.text(), Map.of()));
        } else if (chunk instanceof StreamChunk.Reasoning reasoning
                && !reasoning.thought().isEmpty()) {
            sink.next(ResponseMapper.part("", Map.of(MetadataKeys.REASONING_PART, reasoning.thought())));
        } else if (chunk instanceof StreamChunk.Finish) {
            ChatResponse response = answer.response();
            complete.accept(ResponseMapper.whole(response));
            sink.next(ResponseMapper.end(response));
        }
    }

    private ChatException cut() {
        return answer.cut(
                Failure.of(FailureKind.TRUNCATED, "the stream ended without a finish reason"),
                ServedBy.by("unknown", "unknown"));
    }

    private ChatException withdrawn(StreamChunk.Reset reset) {
        return answer.cut(
                Failure.of(reset.reason(), "the answer was begun anew, and Spring AI has no word for text withdrawn"),
                ServedBy.by("unknown", "unknown"));
    }
}
