package dev.understudy.langchain4j;

import dev.langchain4j.model.chat.response.ChatModelStreamingEvent;
import dev.langchain4j.model.chat.response.CompleteResponse;
import dev.langchain4j.model.chat.response.CompleteToolCall;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialThinking;
import dev.langchain4j.model.chat.response.PartialToolCall;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SynchronousSink;

/** Maps the chunks of one stream to events of LangChain4j, the last of which is the whole response. For one subscriber. */
final class StreamMapper {

    private final ChatResponseAggregator answer = new ChatResponseAggregator();
    private boolean called;

    /** Returns the events; a stream without an end fails. */
    Flux<ChatModelStreamingEvent> map(Flux<StreamChunk> chunks) {
        return chunks.<ChatModelStreamingEvent>handle(this::next)
                .concatWith(Mono.defer(() -> answer.isFinished() ? Mono.empty() : Mono.error(cut())));
    }

    private void next(StreamChunk chunk, SynchronousSink<ChatModelStreamingEvent> sink) {
        // A handler may have begun to run a tool: its call cannot be withdrawn.
        if (chunk instanceof StreamChunk.Reset reset && (called || reset.discardFromOffset() < answer.length())) {
            sink.error(withdrawn(reset));
            return;
        }
        answer.add(chunk);
        called |= chunk instanceof StreamChunk.ToolCallPart || chunk instanceof StreamChunk.ToolCallDone;
        ChatModelStreamingEvent event = event(chunk);
        if (event != null) {
            sink.next(event);
        }
    }

    private @Nullable ChatModelStreamingEvent event(StreamChunk chunk) {
        if (chunk instanceof StreamChunk.Text text) {
            return text.text().isEmpty() ? null : new PartialResponse(text.text());
        }
        if (chunk instanceof StreamChunk.Reasoning reasoning) {
            return reasoning.thought().isEmpty() ? null : new PartialThinking(reasoning.thought());
        }
        if (chunk instanceof StreamChunk.ToolCallPart part) {
            return part.arguments().isEmpty()
                    ? null
                    : PartialToolCall.builder()
                            .index(part.index())
                            .id(part.id())
                            .name(part.name())
                            .partialArguments(part.arguments())
                            .build();
        }
        if (chunk instanceof StreamChunk.ToolCallDone done) {
            return new CompleteToolCall(done.index(), ResponseMapper.call(done.call()));
        }
        return chunk instanceof StreamChunk.Finish
                ? new CompleteResponse(ResponseMapper.response(answer.response()))
                : null;
    }

    private ChatException cut() {
        return answer.cut(
                Failure.of(FailureKind.TRUNCATED, "the stream ended without a finish reason"),
                ServedBy.by("unknown", "unknown"));
    }

    private ChatException withdrawn(StreamChunk.Reset reset) {
        return answer.cut(
                Failure.of(
                        reset.reason(), "the answer was begun anew, and LangChain4j has no word for what is withdrawn"),
                ServedBy.by("unknown", "unknown"));
    }
}
