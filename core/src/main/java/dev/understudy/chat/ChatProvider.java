package dev.understudy.chat;

import java.time.Duration;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Provider of answers to chat requests: one vendor's endpoint, or an understudy over several.
 *
 * <p>Publishers are lazy and cold: nothing is sent before subscription, and each subscription is a new call.
 * Cancellation aborts the exchange. Failures are signalled as {@link ChatException}, never thrown. Signals may arrive
 * on any non-blocking thread: subscribers must not block.
 */
public interface ChatProvider extends AutoCloseable {

    /**
     * Returns the name in attempt logs, events and metrics. Short, without white space, always the same.
     *
     * @return the name
     */
    String name();

    /**
     * Returns the capabilities of a model at this provider. Must not block.
     *
     * @param model the model as the provider names it
     * @return the capabilities; {@link Capabilities#assumed()} by default, and for unknown models
     */
    default Capabilities capabilities(String model) {
        return Capabilities.assumed();
    }

    /**
     * Requests a complete response.
     *
     * @param request the request
     * @return the response; fails with {@link ChatException}
     */
    Mono<ChatResponse> chat(ChatRequest request);

    /**
     * Requests a streamed response: content chunks and, last, exactly one {@link StreamChunk.Finish}. A stream that
     * completes without it was cut. Demand is respected up to the socket.
     *
     * @param request the request
     * @return the chunks; fails with {@link ChatException}
     */
    Flux<StreamChunk> stream(ChatRequest request);

    /**
     * Checks that the provider can be reached. Cheap and free of charge: sends no billed request unless configured to.
     * Does nothing by default.
     *
     * @return completes if the provider can be reached, fails otherwise
     */
    default Mono<Void> probe() {
        return Mono.empty();
    }

    /**
     * Opens connections before the first call. Does nothing by default.
     *
     * @return completes when connections are open; later calls may succeed even if this fails
     */
    default Mono<Void> warmup() {
        return Mono.empty();
    }

    /**
     * Forgets what failures taught this provider, such as keys and parameters that were refused: the next calls try them
     * again. Returns at once; calls in flight go on. Does nothing by default.
     */
    default void forgetFailures() {}

    /**
     * Releases connections and ends background work, without waiting. Later calls fail; calls in flight may end
     * normally, or fail if their connection is not open yet. Idempotent. Does nothing by default.
     */
    @Override
    default void close() {}

    /**
     * Closes when subscribed to: later calls fail, and calls in flight are awaited. Completes when they have ended and
     * everything is released. Calls in flight after {@code limit} fail with a {@link ChatException}. By default calls
     * {@link #close()} at once.
     *
     * @param limit time to wait for calls in flight; zero ends them at once
     * @return completes when closed
     */
    default Mono<Void> closeGracefully(Duration limit) {
        return Mono.fromRunnable(this::close);
    }
}
