package dev.understudy.ops.metrics;

import dev.understudy.CallContext;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.StreamChunk;
import io.micrometer.observation.ObservationRegistry;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;

/**
 * Observes calls with Micrometer, which has to be on the class path of whoever uses this class: one observation for each
 * call, and one child for each attempt of it, retries, hedges and takeovers included. Stands around an {@link
 * dev.understudy.Understudy}, or around a decorator of one, so that all attempts at one answer have one parent:
 *
 * <pre>{@code
 * ChatProvider observed = Observations.over(ResumingProvider.over(understudy), registry);
 * }</pre>
 *
 * <p>The parent is the observation in the Reactor Context, as WebFlux puts it there, or else the current one of the
 * subscribing thread. The observation of an attempt is in the Context of its provider, so that an HTTP client's span is its
 * child. No scope is ever opened on a thread. Each observation ends exactly once: with success, failure, or the caller's
 * leaving. docs/operate.md lists all keys; a prompt, an answer, a vendor's words and a key are not among them.
 *
 * <p>An understudy inside the one that is observed counts as one provider; it can be observed itself. Adds a
 * look at each chunk to a stream. Thread-safe.
 */
public final class Observations implements ChatProvider {

    private final ChatProvider within;
    private final ObservationRegistry registry;

    private Observations(ChatProvider within, ObservationRegistry registry) {
        this.within = within;
        this.registry = registry;
    }

    public static Observations over(ChatProvider provider, ObservationRegistry registry) {
        return new Observations(provider, registry);
    }

    @Override
    public Mono<ChatResponse> chat(ChatRequest request) {
        return Mono.deferContextual(context -> {
            CallObservation span = CallObservation.start(registry, within.name(), request, false, context);
            return Mono.defer(() -> within.chat(request))
                    .doOnNext(response -> span.finished(response.finish()))
                    .doOnSuccess(response -> span.end())
                    .doOnError(span::failed)
                    .doFinally(end -> left(end, span))
                    .contextWrite(CallContext.listener(span).compose(span::in));
        });
    }

    @Override
    public Flux<StreamChunk> stream(ChatRequest request) {
        return Flux.deferContextual(context -> {
            CallObservation span = CallObservation.start(registry, within.name(), request, true, context);
            return Flux.defer(() -> within.stream(request))
                    .doOnNext(chunk -> {
                        if (chunk instanceof StreamChunk.Finish finish) {
                            span.finished(finish);
                        }
                    })
                    .doOnComplete(span::end)
                    .doOnError(span::failed)
                    .doFinally(end -> left(end, span))
                    .contextWrite(CallContext.listener(span).compose(span::in));
        });
    }

    /** Behind the cancellation of what is within, so that its attempts have ended. */
    private static void left(SignalType end, CallObservation span) {
        if (end == SignalType.CANCEL) {
            span.left();
        }
    }

    @Override
    public String name() {
        return within.name();
    }

    @Override
    public Capabilities capabilities(String model) {
        return within.capabilities(model);
    }

    @Override
    public Mono<Void> probe() {
        return within.probe();
    }

    @Override
    public Mono<Void> warmup() {
        return within.warmup();
    }

    /** Closes the provider within. */
    @Override
    public void close() {
        within.close();
    }
}
