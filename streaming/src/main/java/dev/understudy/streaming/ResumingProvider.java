package dev.understudy.streaming;

import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ForwardingChatProvider;
import dev.understudy.chat.StreamChunk;
import dev.understudy.event.Listener;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Keeps opened streams alive. ForwardingChatProvider an {@link dev.understudy.Understudy}, which fails over until the first content, it
 * lets another provider take over after it, in the ways of a {@link ResumePolicy}; around a single provider, the same one is
 * asked again, unless it was silent.
 *
 * <p>Its streams differ from those of the provider within: text comes word by word, tool calls come whole, answers in
 * JSON come whole by default, and each takeover is told by one {@link StreamChunk.Switched}. A stream that cannot be saved
 * ends with {@link dev.understudy.chat.ChatException.PartialAnswer}, whose trail names every attempt, or, when nothing was
 * shown, with {@link dev.understudy.chat.ChatException.Exhausted}. Those who listen to the understudy hear of each takeover
 * ({@link dev.understudy.event.Event.StreamTakenOver}), of each that failed, and of each answer that is lost.
 *
 * <p>Lazy; each subscription is a new answer. Demand is kept exactly and nothing is fetched ahead but the word that is held.
 * Cancelling cancels the one request that is live, at once. A timeout or deadline of the {@link dev.understudy.CallContext}
 * spans all attempts. Signals arrive on the threads of the provider within.
 */
public final class ResumingProvider extends ForwardingChatProvider {

    private final ResumePolicy policy;
    private final TakeoverEvents takeoverEvents;
    private final PrefillRefusals prefillRefusals = new PrefillRefusals();

    private ResumingProvider(ChatProvider within, ResumePolicy policy, Listener listener) {
        super(within);
        this.policy = policy;
        this.takeoverEvents = TakeoverEvents.of(within, listener);
    }

    /** With {@link ResumePolicy#defaults()}. */
    public static ResumingProvider over(ChatProvider provider) {
        return over(provider, ResumePolicy.defaults());
    }

    public static ResumingProvider over(ChatProvider provider, ResumePolicy policy) {
        return over(provider, policy, Listener.none());
    }

    /** @param listener hears of takeovers, besides those who listen to an {@link dev.understudy.Understudy} within */
    public static ResumingProvider over(ChatProvider provider, ResumePolicy policy, Listener listener) {
        return new ResumingProvider(provider, policy, listener);
    }

    /** A whole answer has no middle to be cut in: it is the provider's own. */
    @Override
    public Mono<ChatResponse> chat(ChatRequest request) {
        return delegate().chat(request);
    }

    @Override
    public Flux<StreamChunk> stream(ChatRequest request) {
        return Flux.deferContextual(context ->
                new ResumableStream(delegate(), policy, request, prefillRefusals, takeoverEvents, context).play());
    }
}
