package dev.understudy.streaming;

import dev.understudy.chat.StreamChunk;
import dev.understudy.streaming.operator.StatefulOperator;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/**
 * Writes streams as server-sent events in the form of OpenAI's chat completions, which most clients can read. Each string
 * is one or more whole events. A stream that fails ends with an event that carries the error, and then with the error itself,
 * so that the body of the response is aborted: it never looks complete. Text comes as text, tool calls whole, a takeover as a
 * comment. Lazy; demand and cancellation reach the stream.
 *
 * @param model which model is told
 * @param usage whether tokens are told at the end, in an event of their own; all others then say {@code "usage":null}
 * @param takeoverEvents whether takeovers and what is taken back are told as events of their own, under the name {@code understudy},
 *     which only clients written for it understand; without it a stream that takes back fails
 * @param keepAlive a comment is sent when nothing else was for so long, as while another server takes over; {@code null}
 *     for never
 */
public record SseWriter(
        String model,
        boolean usage,
        boolean takeoverEvents,
        @Nullable Duration keepAlive) {

    public SseWriter {
        if (keepAlive != null && (keepAlive.isZero() || keepAlive.isNegative())) {
            throw new IllegalArgumentException("keepAlive is longer than zero: " + keepAlive);
        }
    }

    /** For this model, with usage, without news, with a sign of life every 15 seconds. */
    public static SseWriter of(String model) {
        return new SseWriter(model, true, false, Duration.ofSeconds(15));
    }

    public SseWriter withUsage(boolean usage) {
        return new SseWriter(model, usage, takeoverEvents, keepAlive);
    }

    public SseWriter withTakeoverEvents(boolean news) {
        return new SseWriter(model, usage, news, keepAlive);
    }

    public SseWriter withKeepAlive(@Nullable Duration keepAlive) {
        return new SseWriter(model, usage, takeoverEvents, keepAlive);
    }

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
        Duration every = keepAlive;
        return every == null
                ? events
                : new StatefulOperator<>(
                        events, () -> new KeepAlive<>(every, ": still here\n\n"), Schedulers::parallel);
    }
}
