package dev.understudy.gateway;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.gateway.protocol.CallError;
import dev.understudy.gateway.protocol.ClientCall;
import dev.understudy.streaming.SseWriter;
import dev.understudy.streaming.kept.KeptStreamException;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.NettyOutbound;
import reactor.netty.http.server.HttpServerResponse;

/** Writes streams of events as responses. */
final class StreamResponse {

    private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);

    private StreamResponse() {}

    static void head(HttpServerResponse response, @Nullable String provider, @Nullable String model, int attempts) {
        if (provider != null && model != null) {
            response.header("x-understudy-provider", HttpBodies.printable(provider));
            response.header("x-understudy-model", HttpBodies.printable(model));
        }
        response.header("x-understudy-attempts", Integer.toString(attempts));
    }

    /** Ends events as the answer does. One that fails ends with the event of its error, and then with the error itself. */
    static Flux<String> ended(Flux<String> events, ClientCall.Events encoder) {
        return events.concatWith(Flux.defer(() -> encoder.isFinished() ? Flux.empty() : Flux.error(unfinished())))
                // an error after the finish is not a part of the answer
                .onErrorResume(error -> encoder.isFinished() ? Flux.empty() : failed(error, encoder));
    }

    /** A reader that may come back is told nothing, and its connection ends: what it has is right as far as it goes. */
    private static Flux<String> failed(Throwable error, ClientCall.Events encoder) {
        boolean comeBack =
                error instanceof KeptStreamException kept && kept.reason() == KeptStreamException.Reason.UNAVAILABLE;
        return comeBack
                ? Flux.error(error)
                : Flux.concat(Flux.just(encoder.failed(CallError.of(error))), Flux.error(error));
    }

    private static ChatException unfinished() {
        return new ChatException.CallFailed(
                Failure.of(FailureKind.TRUNCATED, "the stream ended without a finish reason"));
    }

    private static void uncached(HttpServerResponse response) {
        response.header("x-accel-buffering", "no").header(HttpHeaderNames.CACHE_CONTROL, "no-cache");
    }

    /** Sends events, and what the encoder sends during a silence. */
    static Mono<Void> send(Flux<String> events, ClientCall.Events encoder, HttpServerResponse response) {
        uncached(response);
        return sent(SseWriter.keptAlive(events, KEEP_ALIVE, encoder.keepAlive()), response);
    }

    /** Sends events as {@link #send} does, and the head before them: there may be none for a while. */
    static Mono<Void> sendAtOnce(Flux<String> events, ClientCall.Events encoder, HttpServerResponse response) {
        uncached(response);
        Flux<String> all = SseWriter.keptAlive(events, KEEP_ALIVE, encoder.keepAlive());
        return response.sse().sendHeaders().then().then(sent(all, response));
    }

    /**
     * Writes one event at a time, because reactor-netty would take 128 of them from the call before the client has received
     * one. Signals an error only after the events before it are on their way: it closes the connection at once.
     */
    private static Mono<Void> sent(Flux<String> events, HttpServerResponse response) {
        AtomicReference<@Nullable Throwable> error = new AtomicReference<>();
        Flux<String> all = events.onErrorResume(failed -> {
            error.set(failed);
            return Flux.empty();
        });
        Mono<Void> end = Mono.defer(() -> {
            Throwable failed = error.get();
            return failed == null ? Mono.empty() : Mono.error(failed);
        });
        NettyOutbound out = response.sse();
        // hidden: reactor-netty would write a single known value as a whole response
        return all.concatMap(event -> out.sendString(Flux.just(event).hide()).then(), 1)
                .then(end);
    }
}
