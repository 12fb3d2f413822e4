package dev.understudy.spring.web;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import dev.understudy.chat.StreamChunk;
import dev.understudy.streaming.PositionedChunk;
import dev.understudy.streaming.SseWriter;
import dev.understudy.streaming.kept.KeptStreamException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
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
            ChunkEvents events = new ChunkEvents(false);
            return written(stream, events, events::of);
        });
    }

    /**
     * Writes the events of {@link #events} for a stream that is kept, or for its rest. Their ids are those with which a
     * reader continues: a browser sends the last one back as {@code Last-Event-ID} when it connects again. A stream without
     * chunks, for a reader that received all of it, has no events. A stream that cannot be read any more fails the response
     * with status 404, 410 or 503 before its first event; afterwards a store that does not answer aborts the response, so
     * that the browser connects again, and any other reason is the event {@code error}.
     *
     * @param stream chunks of {@link dev.understudy.streaming.kept.KeptStreams}
     * @return the events
     */
    public static Flux<ServerSentEvent<Map<String, Object>>> keptEvents(Flux<PositionedChunk> stream) {
        return Flux.defer(() -> {
            ChunkEvents events = new ChunkEvents(true);
            return written(stream, events, events::of);
        });
    }

    private static <T> Flux<ServerSentEvent<Map<String, Object>>> written(
            Flux<T> stream, ChunkEvents events, Function<T, @Nullable ServerSentEvent<Map<String, Object>>> event) {
        AtomicBoolean commented = new AtomicBoolean();
        Flux<ServerSentEvent<Map<String, Object>>> answer = stream.<ServerSentEvent<Map<String, Object>>>handle(
                        (chunk, sink) -> {
                            ServerSentEvent<Map<String, Object>> one = event.apply(chunk);
                            if (one != null) {
                                sink.next(one);
                            }
                        })
                .concatWith(Flux.defer(events::end))
                .onErrorResume(ChatException.class, error -> events.end(error, commented.get()))
                .onErrorResume(KeptStreamException.class, error -> events.end(error, commented.get()));
        return keptAlive(answer, () -> commented.set(true));
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
            Flux<StreamChunk> answer = stream.filter(chunk -> !(chunk instanceof StreamChunk.Switched))
                    .onErrorMap(ChatException.class, UnderstudySse::neutral);
            return forClients(SseWriter.of(model).write(answer), () -> false);
        });
    }

    /**
     * @param again true if the client shall ask again after an error, which then has no event
     */
    private static Flux<ServerSentEvent<String>> forClients(Flux<String> written, BooleanSupplier again) {
        AtomicBoolean begun = new AtomicBoolean();
        return written.concatMapIterable(UnderstudySse::split, 1)
                .filter(event -> (begun.get() && !again.getAsBoolean()) || !isError(event))
                .doOnNext(event -> begun.set(true))
                .onErrorComplete(error -> begun.get() && error instanceof ChatException);
    }

    /**
     * Writes the events of {@link #openAi} for a stream that is kept, or for its rest, with ids as in {@link #keptEvents}. A
     * store that does not answer aborts the response without an event, so that the client connects again.
     *
     * @param stream chunks of {@link dev.understudy.streaming.kept.KeptStreams}
     * @param model name of the model in the events
     * @return the events
     */
    public static Flux<ServerSentEvent<String>> keptOpenAi(Flux<PositionedChunk> stream, String model) {
        return Flux.defer(() -> {
            AtomicBoolean again = new AtomicBoolean();
            Flux<PositionedChunk> answer = stream.map(UnderstudySse::withoutNames)
                    .onErrorMap(ChatException.class, UnderstudySse::neutral)
                    .doOnError(
                            KeptStreamException.class,
                            error -> again.set(error.reason() == KeptStreamException.Reason.UNAVAILABLE));
            return forClients(SseWriter.of(model).writeKept(answer), again::get)
                    .onErrorMap(KeptStreamException.class, KeptStreamProblems::response);
        });
    }

    /** Replaces a takeover by no text: its position tells the writer that the reader is at the beginning. */
    private static PositionedChunk withoutNames(PositionedChunk one) {
        return one.chunk() instanceof StreamChunk.Switched
                ? new PositionedChunk(one.stream(), one.position(), new StreamChunk.Text(""))
                : one;
    }

    private static boolean isError(ServerSentEvent<String> event) {
        String data = event.data();
        return data != null && data.stripLeading().startsWith("{\"error\"");
    }

    /** Splits events that are written already; data begins with a space, which readers of events remove. */
    private static List<ServerSentEvent<String>> split(String written) {
        return Arrays.stream(written.split("\n\n")).map(UnderstudySse::event).toList();
    }

    private static ServerSentEvent<String> event(String written) {
        ServerSentEvent.Builder<String> event = ServerSentEvent.builder();
        if (written.startsWith(":")) {
            return event.comment(written.substring(1).strip()).build();
        }
        int data = written.startsWith("id: ") ? written.indexOf('\n') + 1 : 0;
        if (data > 0) {
            event.id(written.substring("id: ".length(), data - 1));
        }
        return event.data(written.substring(data + "data:".length())).build();
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
