package dev.understudy.spring.web;

import dev.understudy.chat.StreamChunk;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/**
 * Streams of chunks as {@code SseEmitter} of Spring MVC, with the events of {@link UnderstudySse#events}. Events are written
 * on {@code Schedulers.boundedElastic()}, because writing to a servlet response blocks; the next chunk is requested when one
 * is written. A client that disconnects, and the timeout, end the call.
 */
public final class UnderstudySseEmitters {

    private UnderstudySseEmitters() {}

    /**
     * Subscribes to a stream and writes its events.
     *
     * @param stream the stream
     * @param timeout longest time of the response
     * @return the emitter, for a controller to return
     */
    public static SseEmitter of(Flux<StreamChunk> stream, Duration timeout) {
        SseEmitter emitter = new SseEmitter(timeout.toMillis());
        Disposable call = UnderstudySse.events(stream)
                .publishOn(Schedulers.boundedElastic(), 1)
                .doOnNext(event -> send(emitter, event))
                .subscribe(event -> {}, emitter::completeWithError, emitter::complete);
        emitter.onCompletion(call::dispose);
        emitter.onTimeout(call::dispose);
        emitter.onError(error -> call.dispose());
        return emitter;
    }

    private static void send(SseEmitter emitter, ServerSentEvent<Map<String, Object>> event) {
        SseEmitter.SseEventBuilder written = SseEmitter.event();
        set(event.id(), written::id);
        set(event.event(), written::name);
        set(event.comment(), written::comment);
        Map<String, Object> data = event.data();
        try {
            emitter.send(data == null ? written : written.data(data));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("The client is gone", e);
        }
    }

    private static void set(@Nullable String value, java.util.function.Consumer<String> field) {
        if (value != null) {
            field.accept(value);
        }
    }
}
