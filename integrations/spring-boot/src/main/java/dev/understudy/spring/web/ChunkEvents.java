package dev.understudy.spring.web;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import dev.understudy.streaming.PositionedChunk;
import dev.understudy.streaming.kept.KeptStreamException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ProblemDetail;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.server.ResponseStatusException;
import reactor.core.publisher.Flux;

/** Converts the chunks of one stream to events with JSON objects. Used by one subscriber. */
final class ChunkEvents {

    private final boolean allRead; // a stream without chunks is complete
    private long count;
    private boolean finished;
    private boolean chunks; // at least one came
    private boolean kept;
    private String id = "";

    /**
     * @param allRead {@code true} if a stream without chunks is complete, because the reader has read all of it
     */
    ChunkEvents(boolean allRead) {
        this.allRead = allRead;
    }

    /** Returns the event of a chunk of a kept stream, with an id from which a reader continues. */
    @Nullable
    ServerSentEvent<Map<String, Object>> of(PositionedChunk one) {
        kept = true;
        id = one.eventId();
        return of(one.chunk());
    }

    /** Returns the event of a chunk; {@code null} for chunks that clients do not need. */
    @Nullable
    ServerSentEvent<Map<String, Object>> of(StreamChunk chunk) {
        chunks = true;
        if (finished) {
            return null;
        }
        if (chunk instanceof StreamChunk.Text text) {
            return text.text().isEmpty() ? null : text("text", text.text());
        }
        if (chunk instanceof StreamChunk.Reasoning reasoning) {
            return reasoning.thought().isEmpty() ? null : text("reasoning", reasoning.thought());
        }
        if (chunk instanceof StreamChunk.Refusal refusal) {
            return text("refusal", refusal.refusal());
        }
        if (chunk instanceof StreamChunk.ToolCallDone done) {
            return event("tool-call", toolCall(done));
        }
        if (chunk instanceof StreamChunk.Reset reset) {
            return event("reset", Map.of("keep", reset.discardFromOffset()));
        }
        return chunk instanceof StreamChunk.Finish finish ? finish(finish) : null;
    }

    /** Ends a stream without an error: it was cut if it was not finished. */
    Flux<ServerSentEvent<Map<String, Object>>> end() {
        return finished || (allRead && !chunks)
                ? Flux.empty()
                : Flux.error(new ChatException.CallFailed(
                        Failure.of(FailureKind.TRUNCATED, "The stream ended without a finish reason")));
    }

    /**
     * Ends a stream with an error: the status of the response tells it before the first event, an event afterwards.
     *
     * @param committed true if a comment was written, so that the response has its status
     */
    Flux<ServerSentEvent<Map<String, Object>>> end(ChatException error, boolean committed) {
        if (finished) {
            return Flux.empty();
        }
        return count == 0 && !committed
                ? Flux.error(error)
                : Flux.just(event("error", problem(UnderstudyProblems.of(error))));
    }

    /** Ends a kept stream that cannot be read on. A response that is aborted is one that browsers ask for again. */
    Flux<ServerSentEvent<Map<String, Object>>> end(KeptStreamException error, boolean committed) {
        if (finished) {
            return Flux.empty();
        }
        ResponseStatusException response = KeptStreamProblems.response(error);
        boolean again = error.reason() == KeptStreamException.Reason.UNAVAILABLE;
        return again || (count == 0 && !committed)
                ? Flux.error(response)
                : Flux.just(event("error", problem(response.getBody())));
    }

    private ServerSentEvent<Map<String, Object>> finish(StreamChunk.Finish finish) {
        if (finish.reason() == FinishReason.ERROR) {
            throw new ChatException.CallFailed(
                    Failure.of(FailureKind.SERVER, "The vendor reports that generation failed"));
        }
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("finishReason", finish.reason().name().toLowerCase(Locale.ROOT));
        if (!finish.usage().equals(Usage.none())) {
            data.put("usage", usage(finish.usage()));
        }
        ServerSentEvent<Map<String, Object>> event = event("done", data);
        finished = true;
        return event;
    }

    private static Map<String, Object> usage(Usage usage) {
        Map<String, Object> tokens = new LinkedHashMap<>();
        tokens.put("inputTokens", usage.input());
        tokens.put("outputTokens", usage.output());
        tokens.put("totalTokens", usage.total());
        return tokens;
    }

    private static Map<String, Object> toolCall(StreamChunk.ToolCallDone done) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("index", done.index());
        data.put("id", done.call().id());
        data.put("name", done.call().name());
        data.put("arguments", done.call().arguments());
        return data;
    }

    private static Map<String, Object> problem(ProblemDetail problem) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("type", String.valueOf(problem.getType()));
        data.put("title", String.valueOf(problem.getTitle()));
        data.put("status", problem.getStatus());
        data.put("detail", String.valueOf(problem.getDetail()));
        return data;
    }

    private ServerSentEvent<Map<String, Object>> text(String event, String text) {
        return event(event, Map.of("text", text));
    }

    private ServerSentEvent<Map<String, Object>> event(String event, Map<String, Object> data) {
        count++;
        ServerSentEvent.Builder<Map<String, Object>> builder =
                ServerSentEvent.<Map<String, Object>>builder().event(event).data(data);
        String number = kept ? id : Long.toString(count);
        return number.isEmpty() ? builder.build() : builder.id(number).build();
    }
}
