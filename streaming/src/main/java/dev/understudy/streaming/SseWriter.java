package dev.understudy.streaming;

import dev.understudy.chat.StreamChunk;
import dev.understudy.streaming.operator.StatefulOperator;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/**
 * Writer of streams as server-sent events in the form of OpenAI's chat completions, which most clients can read. Each
 * string is one or more whole events. A stream that fails ends with an event that carries the error, and then with the
 * error itself, so that the body of the response is aborted and never looks complete. Text is written in pieces, tool
 * calls whole, and a takeover as a comment.
 *
 * @param model the model's name in the events
 * @param usage {@code true} to write the usage at the end in an event of its own; all other events then have
 *     {@code "usage":null}
 * @param takeoverEvents {@code true} to write takeovers and retractions as events of their own, under the name
 *     {@code understudy}, for clients that support them; without it, a stream that retracts text fails
 * @param keepAlive silence after which a comment is sent, for one during a takeover; {@code null} for never
 */
public record SseWriter(
        String model,
        boolean usage,
        boolean takeoverEvents,
        @Nullable Duration keepAlive) {

    /**
     * Checks the values.
     *
     * @param model the model's name in the events
     * @param usage {@code true} to write the usage at the end in an event of its own
     * @param takeoverEvents {@code true} to write takeovers and retractions as events of their own, under the name
     *     {@code understudy}, for clients that support them
     * @param keepAlive silence after which a comment is sent, for one during a takeover
     * @throws IllegalArgumentException if {@code keepAlive} is not positive
     */
    public SseWriter {
        if (keepAlive != null && (keepAlive.isZero() || keepAlive.isNegative())) {
            throw new IllegalArgumentException("keepAlive is longer than zero: " + keepAlive);
        }
    }

    /**
     * A writer with usage, without takeover events, with a keep-alive comment every 15 seconds.
     *
     * @param model the model's name in the events
     * @return the writer
     */
    public static SseWriter of(String model) {
        return new SseWriter(model, true, false, Duration.ofSeconds(15));
    }

    /**
     * Selects the event of the usage.
     *
     * @param usage {@code true} to write it
     * @return a copy with the value
     */
    public SseWriter withUsage(boolean usage) {
        return new SseWriter(model, usage, takeoverEvents, keepAlive);
    }

    /**
     * Selects events of takeovers and retractions.
     *
     * @param takeoverEvents {@code true} to write them
     * @return a copy with the value
     */
    public SseWriter withTakeoverEvents(boolean takeoverEvents) {
        return new SseWriter(model, usage, takeoverEvents, keepAlive);
    }

    /**
     * Replaces the silence after which a comment is sent.
     *
     * @param keepAlive the silence; {@code null} for no comments
     * @return a copy with the value
     */
    public SseWriter withKeepAlive(@Nullable Duration keepAlive) {
        return new SseWriter(model, usage, takeoverEvents, keepAlive);
    }

    /**
     * Writes a stream. Lazy; demand and cancellation reach the stream.
     *
     * @param stream the stream
     * @return events as text, each string ending with an empty line
     */
    public Flux<String> write(Flux<StreamChunk> stream) {
        Flux<String> events = Flux.defer(() -> {
            SseEncoder form = new SseEncoder(this);
            return stream.<String>handle((chunk, sink) -> {
                        String event = form.of(chunk);
                        if (!event.isEmpty()) {
                            sink.next(event);
                        }
                    })
                    .concatWith(Flux.defer(form::end))
                    .onErrorResume(form::end);
        });
        return keptAlive(events);
    }

    /**
     * Writes a stream that is kept, or its rest. The events have ids, which a client sends back as {@code Last-Event-ID};
     * where a chunk becomes several events, the last one has the id. A stream without chunks, for a reader that received all
     * of it, has no events. Lazy; demand and cancellation reach the stream.
     *
     * @param stream chunks of {@link dev.understudy.streaming.kept.KeptStreams}
     * @return events as text, each string ending with an empty line
     */
    public Flux<String> writeKept(Flux<PositionedChunk> stream) {
        return keptAlive(Flux.defer(() -> new SseEncoder.Reader(this).of(stream)));
    }

    private Flux<String> keptAlive(Flux<String> events) {
        Duration every = keepAlive;
        return every == null ? events : keptAlive(events, every, ": keep-alive\n\n");
    }

    /**
     * Adds an event to a stream of events whenever it is silent for too long and there is demand, for a writer of another
     * form. Lazy; demand and cancellation reach the stream.
     *
     * @param events events as text
     * @param every silence after which the event is sent
     * @param event the event, ending with an empty line
     * @return the events and those of silences
     */
    public static Flux<String> keptAlive(Flux<String> events, Duration every, String event) {
        return new StatefulOperator<>(events, () -> new KeepAlive<>(every, event), Schedulers::parallel);
    }
}
