package dev.understudy.testing;

import dev.understudy.chat.ChatRequest;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.ContextView;

/** One call of a {@link ScriptedProvider}, with its progress. Thread-safe. */
public final class ReceivedCall {

    /** Progress of a call. */
    public enum State {
        /** The call has not ended. */
        LIVE,
        /** The publisher completed. */
        COMPLETED,
        /** The publisher signalled an error, or the provider threw. */
        FAILED,
        /** The caller cancelled. */
        CANCELLED
    }

    /** Receives what is counted over all calls of a provider. */
    interface Observer {

        /** Reports demand that is not met yet. */
        void demanded(long open);

        /** Reports the end of a call, once. */
        void ended(State state);
    }

    private final ChatRequest request;
    private final boolean streamed;
    private final ContextView context;
    private final AtomicReference<State> state = new AtomicReference<>(State.LIVE);
    private final AtomicLong requested = new AtomicLong();
    private final AtomicLong emitted = new AtomicLong();
    private final AtomicLong peak = new AtomicLong();
    private final Observer observer;

    ReceivedCall(ChatRequest request, boolean streamed, ContextView context, Observer observer) {
        this.observer = observer;
        this.request = request;
        this.streamed = streamed;
        this.context = context;
    }

    /**
     * The request, the same object that the caller passed.
     *
     * @return the request
     */
    public ChatRequest request() {
        return request;
    }

    /**
     * Distinguishes streams from chat calls.
     *
     * @return {@code true} for a stream
     */
    public boolean streamed() {
        return streamed;
    }

    /**
     * The Reactor Context of the subscriber.
     *
     * @return the Context
     */
    public ContextView context() {
        return context;
    }

    /**
     * Progress so far.
     *
     * @return the state
     */
    public State state() {
        return state.get();
    }

    /**
     * Total demand so far.
     *
     * @return the demand; {@link Long#MAX_VALUE} when unbounded
     */
    public long requested() {
        return requested.get();
    }

    /**
     * Number of values emitted so far.
     *
     * @return the number
     */
    public long emitted() {
        return emitted.get();
    }

    /**
     * Greatest demand that was unmet at any time.
     *
     * @return the demand
     */
    public long peakDemand() {
        return peak.get();
    }

    <T> Flux<T> watch(Flux<T> source) {
        return source.doOnRequest(this::request)
                .doOnNext(value -> emitted.incrementAndGet())
                .doOnComplete(() -> end(State.COMPLETED))
                .doOnError(failure -> end(State.FAILED))
                .doOnCancel(() -> end(State.CANCELLED));
    }

    <T> Mono<T> watch(Mono<T> source) {
        return source.doOnRequest(this::request)
                .doOnSuccess(value -> {
                    emitted.addAndGet(value == null ? 0 : 1);
                    end(State.COMPLETED);
                })
                .doOnError(failure -> end(State.FAILED))
                .doOnCancel(() -> end(State.CANCELLED));
    }

    void fail() {
        end(State.FAILED);
    }

    private void request(long more) {
        long total = requested.accumulateAndGet(more, Operators::addCap);
        long open = total == Long.MAX_VALUE ? total : total - emitted.get();
        peak.accumulateAndGet(open, Math::max);
        if (streamed) {
            observer.demanded(open);
        }
    }

    private void end(State last) {
        if (state.compareAndSet(State.LIVE, last)) {
            observer.ended(last);
        }
    }

    /** Shows model and state, and no prompt. */
    @Override
    public String toString() {
        return (streamed ? "stream " : "chat ") + request.model() + " " + state.get();
    }
}
