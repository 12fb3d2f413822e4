package dev.understudy.streaming;

import dev.understudy.call.ResumedCall;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ForwardingChatProvider;
import dev.understudy.chat.StreamChunk;
import dev.understudy.event.Listener;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Provider that continues interrupted streams of another provider. An {@link dev.understudy.Understudy} fails over
 * until the first content; around one, this class lets another provider take over after the first content, by the
 * strategies of a {@link ResumePolicy}. Around a single provider, the same provider is asked again, unless it was
 * silent.
 *
 * <p>The streams differ from those of the inner provider: text is delivered word by word, tool calls are delivered
 * whole, answers in JSON are delivered whole by default, and one {@link StreamChunk.Switched} reports each takeover. A
 * stream that cannot be continued ends with {@link dev.understudy.chat.ChatException.PartialAnswer}, whose log lists
 * every attempt, or, when nothing was delivered, with {@link dev.understudy.chat.ChatException.Exhausted}. For listeners
 * of the understudy, the stream and its continuations are one call with one last event; they receive each takeover ({@link dev.understudy.event.Event.StreamTakenOver}), each failed takeover, and
 * each lost answer.
 *
 * <p>Lazy; each subscription is a new answer. Demand is respected, and only the held word is prefetched. Cancelling
 * cancels the live request at once, or both while a takeover is hedged. A timeout or deadline of the {@link dev.understudy.CallContext} spans all
 * attempts. Signals arrive on the threads of the inner provider.
 */
public final class ResumingProvider extends ForwardingChatProvider {

    private final ResumePolicy policy;
    private final TakeoverEvents takeoverEvents;
    private final PrefillRefusals prefillRefusals = new PrefillRefusals();
    private final HedgingBudget hedgingBudget;

    private ResumingProvider(ChatProvider inner, ResumePolicy policy, Listener listener) {
        super(inner);
        this.policy = policy;
        this.hedgingBudget = new HedgingBudget(policy.hedging());
        this.takeoverEvents = TakeoverEvents.of(inner, listener);
    }

    /**
     * Wraps a provider with {@link ResumePolicy#defaults()}.
     *
     * @param provider an understudy or a single provider
     * @return the resuming provider
     */
    public static ResumingProvider over(ChatProvider provider) {
        return over(provider, ResumePolicy.defaults());
    }

    /**
     * Wraps a provider with a policy.
     *
     * @param provider an understudy or a single provider
     * @param policy strategies and limits
     * @return the resuming provider
     */
    public static ResumingProvider over(ChatProvider provider, ResumePolicy policy) {
        return over(provider, policy, Listener.none());
    }

    /**
     * Wraps a provider with a policy and a listener.
     *
     * @param provider an understudy or a single provider
     * @param policy strategies and limits
     * @param listener receives takeovers, in addition to the listener of an {@link dev.understudy.Understudy}
     * @return the resuming provider
     */
    public static ResumingProvider over(ChatProvider provider, ResumePolicy policy, Listener listener) {
        return new ResumingProvider(provider, policy, listener);
    }

    /**
     * Forwards the call: only streams are resumed.
     *
     * @param request the request
     * @return the inner provider's answer
     */
    @Override
    public Mono<ChatResponse> chat(ChatRequest request) {
        return delegate().chat(request);
    }

    /** Forgets which routes refused to continue a text, then forwards the call. */
    @Override
    public void forgetFailures() {
        prefillRefusals.reset();
        delegate().forgetFailures();
    }

    @Override
    public Flux<StreamChunk> stream(ChatRequest request) {
        return stream(request, null);
    }

    /**
     * Continues an answer whose beginning was delivered before, by a process that ended meanwhile. The strategies of the
     * policy apply as after an interruption, except SAME_RESPONSE; the stream emits what follows the delivered chunks,
     * preceded by one {@link StreamChunk.Switched}. Where nothing of the content was delivered, the answer begins anew.
     * Lazy, like {@link #stream}.
     *
     * @param request the request of the answer
     * @param delivered all delivered chunks, in order, as a stream of this class emitted them
     * @return the rest of the answer
     */
    public Flux<StreamChunk> streamAfter(ChatRequest request, List<StreamChunk> delivered) {
        List<StreamChunk> chunks = List.copyOf(delivered);
        return stream(request, chunks);
    }

    private Flux<StreamChunk> stream(ChatRequest request, @Nullable List<StreamChunk> delivered) {
        return Flux.deferContextual(context -> {
            hedgingBudget.earn();
            DeliveredBefore before = delivered == null ? null : DeliveredBefore.of(delivered);
            Flux<StreamChunk> stream = new ResumableStream(
                            delegate(),
                            policy,
                            request,
                            prefillRefusals,
                            hedgingBudget,
                            takeoverEvents,
                            before == null || before.content().isEmpty() ? null : before,
                            context)
                    .run();
            return ResumedCall.isIn(context) ? stream : new ResumedCallBoundary(stream);
        });
    }
}
