package dev.understudy.ops.metrics;

import dev.understudy.CallContext;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.StreamChunk;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.docs.ObservationDocumentation;
import java.util.List;
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
    private final Conventions conventions;

    private Observations(ChatProvider provider, Conventions conventions) {
        this.provider = provider;
        this.conventions = conventions;
    }

    /**
     * Observes the calls of a provider.
     *
     * @param provider the provider that answers
     * @param registry receives the observations
     * @return a provider that answers as the observed one
     */
    public static Observations over(ChatProvider provider, ObservationRegistry registry) {
        return new Observations(provider, Conventions.of(registry));
    }

    /**
     * Returns a copy with other names and keys of calls. A convention reads {@link ChatRequest} and {@link CallContext}, and
     * at the end {@code ServedBy} and {@code StreamChunk.Finish}, from the context of the observation, by their class; the
     * keys of docs/operate.md are those of {@link #callConvention()}. A {@code GlobalObservationConvention} of the registry
     * works as well.
     *
     * @param convention replaces the default convention
     * @return a copy
     */
    public Observations withCallConvention(ObservationConvention<Observation.Context> convention) {
        return new Observations(provider, new Conventions(conventions.registry(), convention, conventions.attempt()));
    }

    /**
     * Returns a copy with other names and keys of attempts. A convention reads {@code Event.AttemptStarted}, and at the end
     * {@code AttemptLog.Attempt}, from the context of the observation, by their class.
     *
     * @param convention replaces the default convention
     * @return a copy
     */
    public Observations withAttemptConvention(ObservationConvention<Observation.Context> convention) {
        return new Observations(provider, new Conventions(conventions.registry(), conventions.call(), convention));
    }

    /**
     * Returns the default convention of calls, for conventions that add to it.
     *
     * @return the convention
     */
    public static ObservationConvention<Observation.Context> callConvention() {
        return DefaultConvention.CALL;
    }

    /**
     * Returns the default convention of attempts, for conventions that add to it.
     *
     * @return the convention
     */
    public static ObservationConvention<Observation.Context> attemptConvention() {
        return DefaultConvention.ATTEMPT;
    }

    /**
     * Describes the observations with their keys, in the form of Micrometer.
     *
     * @return the observation of a call, then that of an attempt
     */
    public static List<ObservationDocumentation> documentation() {
        return List.of(ObservationDocs.values());
    }

    /**
     * Sends the trace context of each observed attempt to one vendor, in the header fields {@code traceparent} and {@code
     * tracestate}; baggage is never sent. Wraps the vendor's provider inside the understudy:
     *
     * <pre>{@code
     * Understudy.builder().provider(Observations.propagating(ownServer)).provider(openAi)
     * }</pre>
     *
     * <p>Providers that are not wrapped receive nothing. Without an observation or without a tracer nothing is sent.
     *
     * @param provider a provider that sends the header fields of requests
     * @return a provider that answers as the wrapped one
     */
    public static ChatProvider propagating(ChatProvider provider) {
        return new PropagatingProvider(provider);
    }

    @Override
    public Mono<ChatResponse> chat(ChatRequest request) {
        return Mono.deferContextual(context -> {
            CallObservation span = CallObservation.start(conventions, provider.name(), request, false, context);
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
            CallObservation span = CallObservation.start(conventions, provider.name(), request, true, context);
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
