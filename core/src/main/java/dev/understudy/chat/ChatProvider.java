package dev.understudy.chat;

import java.time.Duration;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Somebody who answers chat requests: one vendor's endpoint, or an understudy over many.
 *
 * <p>Every publisher is lazy and cold: nothing is sent before it is subscribed, and each subscription is a new call.
 * Cancelling the subscription aborts the exchange. Failures arrive as {@link ChatException}; they are signalled, never
 * thrown. Signals may arrive on any non-blocking thread, so consumers must not block.
 */
public interface ChatProvider extends AutoCloseable {

    /** A short, stable name without spaces: it stands in trails, events and metrics. */
    String name();

    /** What {@code model} can do here. Unknown models answer with what may be assumed; must not block. */
    default Capabilities capabilities(String model) {
        return Capabilities.assumed();
    }

    /** The whole answer at once. */
    Mono<ChatResponse> chat(ChatRequest request);

    /**
     * The answer as it is produced: content chunks and, last, exactly one {@link StreamChunk.Finish}. A stream that
     * completes without it was cut. Demand is respected up to the socket.
     */
    Flux<StreamChunk> stream(ChatRequest request);

    /** Completes when the provider can be reached. Cheap and free of charge: never a paid completion unless configured. */
    default Mono<Void> probe() {
        return Mono.empty();
    }

    /** Opens connections ahead of the first call. A failure is not fatal. */
    default Mono<Void> warmup() {
        return Mono.empty();
    }

    /**
     * Lets go of connections and background work, without waiting. Later calls fail; calls in flight may end, or fail when their
     * connection is not open yet. Idempotent.
     */
    @Override
    default void close() {}

    /**
     * Closes when subscribed to: later calls fail, and calls in flight are awaited. Completes when they have ended and
     * everything is released. Calls that are in flight after {@code limit} are ended and fail with a {@link ChatException}.
     * Providers without a way to do so close at once.
     *
     * @param limit zero ends calls in flight at once
     */
    default Mono<Void> closeGracefully(Duration limit) {
        return Mono.fromRunnable(this::close);
    }
}
