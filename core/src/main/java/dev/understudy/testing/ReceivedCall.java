package dev.understudy.testing;

import dev.understudy.chat.ChatRequest;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.ContextView;

/** One call as a {@link ScriptedProvider} received it, and how it goes. */
public final class ReceivedCall {

    /** How a call goes. */
    public enum State {
        LIVE,
        COMPLETED,
        FAILED,
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

    /** The very object that was handed in. */
    public ChatRequest request() {
        return request;
    }

    /** Whether a stream was asked for. */
    public boolean streamed() {
        return streamed;
    }

    /** The Reactor Context of the subscriber. */
    public ContextView context() {
        return context;
    }

    public State state() {
        return state.get();
    }

    /** All that was ever requested; {@link Long#MAX_VALUE} when it was without bound. */
    public long requested() {
        return requested.get();
    }

    /** How many signals with a value were emitted. */
    public long emitted() {
        return emitted.get();
    }

    /** The greatest demand that was ever unanswered. */
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

    private void end(State how) {
        if (state.compareAndSet(State.LIVE, how)) {
            observer.ended(how);
        }
    }

    /** Tells no prompt. */
    @Override
    public String toString() {
        return (streamed ? "stream " : "chat ") + request.model() + " " + state.get();
    }
}
