package dev.understudy.spring.web;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import dev.understudy.chat.StreamChunk;
import dev.understudy.streaming.SseWriter;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.springframework.http.codec.ServerSentEvent;
import reactor.core.publisher.Flux;

/**
 * Streams of chunks as server-sent events of WebFlux. Lazy; demand and cancellation reach the stream, so that a client that
 * disconnects ends the call. Events name no provider.
 */
public final class UnderstudySse {

    /** Interval of comments that keep proxies from closing a connection on which a model thinks. */
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);

    private UnderstudySse() {}

    /**
     * Writes events for browsers, each a JSON object: {@code text}, {@code reasoning} and {@code refusal} with {@code
     * {"text": …}}, {@code tool-call} with {@code index}, {@code id}, {@code name} and {@code arguments}, {@code reset} with
     * {@code keep} (characters of text that stay valid), and last {@code done} with {@code finishReason} and {@code usage}, or
     * {@code error} with problem details. JSON keeps leading spaces and line breaks, which plain data of events lose.
     * Ids count the events from 1. A stream that fails before its first event or comment fails the response instead, whose
     * status then tells the problem.
     *
     * @param stream the stream
     * @return the events
     */
    public static Flux<ServerSentEvent<Map<String, Object>>> events(Flux<StreamChunk> stream) {
        return Flux.defer(() -> {
            ChunkEvents events = new ChunkEvents();
            AtomicBoolean commented = new AtomicBoolean();
            Flux<ServerSentEvent<Map<String, Object>>> answer = stream.<ServerSentEvent<Map<String, Object>>>handle(
                            (chunk, sink) -> {
                                ServerSentEvent<Map<String, Object>> event = events.of(chunk);
                                if (event != null) {
                                    sink.next(event);
                                }
                            })
                    .concatWith(Flux.defer(events::end))
                    .onErrorResume(ChatException.class, error -> events.end(error, commented.get()));
            return keptAlive(answer, () -> commented.set(true));
        });
    }

    /**
     * Writes events in the form of OpenAI's chat completions, ending with {@code [DONE]}.
     *
     * @param stream the stream
     * @param model name of the model in the events
     * @return the events
     */
    public static Flux<ServerSentEvent<String>> openAi(Flux<StreamChunk> stream, String model) {
        return Flux.defer(() -> {
            AtomicBoolean begun = new AtomicBoolean();
            Flux<StreamChunk> answer = stream.filter(chunk -> !(chunk instanceof StreamChunk.Switched))
                    .onErrorMap(ChatException.class, UnderstudySse::neutral);
            return SseWriter.of(model)
                    .write(answer)
                    .concatMapIterable(UnderstudySse::split, 1)
                    .filter(event -> begun.get() || !isError(event))
                    .doOnNext(event -> begun.set(true))
                    .onErrorComplete(error -> begun.get() && error instanceof ChatException);
        });
    }

    private static boolean isError(ServerSentEvent<String> event) {
        String data = event.data();
        return data != null && data.stripLeading().startsWith("{\"error\"");
    }

    /** Splits events that are written already; data begins with a space, which readers of events remove. */
    private static List<ServerSentEvent<String>> split(String written) {
        return Arrays.stream(written.split("\n\n"))
                .map(event -> event.startsWith(":")
                        ? ServerSentEvent.<String>builder()
                                .comment(event.substring(1).strip())
                                .build()
                        : ServerSentEvent.<String>builder()
                                .data(event.substring("data:".length()))
                                .build())
                .toList();
    }

    /** Returns an error whose message clients may read, with the original as its cause. */
    private static ChatException neutral(ChatException error) {
        Failure told = error.failure();
        Failure shown = Failure.of(
                told.kind(), String.valueOf(UnderstudyProblems.of(error).getDetail()));
        Duration wait = told.retryAfter();
        return new ChatException.CallFailed(wait == null ? shown : shown.withRetryAfter(wait), error);
    }

    private static Flux<ServerSentEvent<Map<String, Object>>> keptAlive(
            Flux<ServerSentEvent<Map<String, Object>>> events, Runnable commented) {
        ServerSentEvent<Map<String, Object>> comment = ServerSentEvent.<Map<String, Object>>builder()
                .comment("keep-alive")
                .build();
        return events.publish(
                shared -> Flux.merge(
                        1,
                        shared,
                        Flux.interval(KEEP_ALIVE)
                                .onBackpressureDrop()
                                .map(tick -> {
                                    commented.run();
                                    return comment;
                                })
                                .takeUntilOther(shared.ignoreElements().onErrorComplete())),
                1);
    }
}
