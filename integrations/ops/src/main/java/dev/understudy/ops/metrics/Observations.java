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
 * Observes calls with Micrometer, which must be on the class path: one observation for each call, and one child for each of
 * its attempts, retries, hedges and takeovers included. Wraps an {@link dev.understudy.Understudy} or a decorator of one, so
 * that all attempts of an answer have one parent:
 *
 * <pre>{@code
 * ChatProvider observed = Observations.over(ResumingProvider.over(understudy), registry);
 * }</pre>
 *
 * <p>The parent is the observation in the Reactor Context, as WebFlux puts it there, or else the current one of the
 * subscribing thread. The observation of an attempt is in the Context of its provider, so that an HTTP client's span is its
 * child. No scope is opened on a thread. Each observation ends exactly once: with success, failure or cancellation.
 * docs/operate.md lists all keys; prompts, answers, vendors' messages and API keys are not among them.
 *
 * <p>An understudy inside the observed one counts as one provider, and can be observed itself. A stream gets one more
 * operator. Thread-safe.
 */
public final class Observations implements ChatProvider {

    private final ChatProvider provider;
    private final ObservationRegistry registry;

    private Observations(ChatProvider provider, ObservationRegistry registry) {
        this.provider = provider;
        this.registry = registry;
    }

    /**
     * Observes the calls of a provider.
     *
     * @param provider the provider that answers
     * @param registry receives the observations
     * @return a provider that answers as the observed one
     */
    public static Observations over(ChatProvider provider, ObservationRegistry registry) {
        return new Observations(provider, registry);
    }

    @Override
    public Mono<ChatResponse> chat(ChatRequest request) {
        return Mono.deferContextual(context -> {
            CallObservation span = CallObservation.start(registry, provider.name(), request, false, context);
            return Mono.defer(() -> provider.chat(request))
                    .doOnNext(response -> span.finished(response.finish()))
                    .doOnSuccess(response -> span.end())
                    .doOnError(span::failed)
                    .doFinally(end -> abandoned(end, span))
                    .contextWrite(CallContext.listener(span).compose(span::in));
        });
    }

    @Override
    public Flux<StreamChunk> stream(ChatRequest request) {
        return Flux.deferContextual(context -> {
            CallObservation span = CallObservation.start(registry, provider.name(), request, true, context);
            return Flux.defer(() -> provider.stream(request))
                    .doOnNext(chunk -> {
                        if (chunk instanceof StreamChunk.Finish finish) {
                            span.finished(finish);
                        }
                    })
                    .doOnComplete(span::end)
                    .doOnError(span::failed)
                    .doFinally(end -> abandoned(end, span))
                    .contextWrite(CallContext.listener(span).compose(span::in));
        });
    }

    /** Runs after the cancellation of the provider, so that its attempts have ended. */
    private static void abandoned(SignalType end, CallObservation span) {
        if (end == SignalType.CANCEL) {
            span.abandoned();
        }
    }

    @Override
    public String name() {
        return provider.name();
    }

    @Override
    public Capabilities capabilities(String model) {
        return provider.capabilities(model);
    }

    @Override
    public Mono<Void> probe() {
        return provider.probe();
    }

    @Override
    public Mono<Void> warmup() {
        return provider.warmup();
    }

    @Override
    public void forgetFailures() {
        provider.forgetFailures();
    }

    /** Closes the observed provider. */
    @Override
    public void close() {
        provider.close();
    }
}
