package dev.understudy.call;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Failure;
import dev.understudy.chat.StreamChunk;
import dev.understudy.policy.TimeoutPolicy;
import dev.understudy.pool.Route;
import java.time.Duration;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

/** The two modes of a call, a single response or a stream: everything in which they differ. */
public sealed interface CallMode<T> {

    CallMode<ChatResponse> CHAT = new Chat();
    CallMode<StreamChunk> STREAM = new Stream();

    Publisher<T> call(Route route, ChatRequest request);

    /** Time limit until the first element of the answer. */
    Duration first(TimeoutPolicy timeoutPolicy);

    /** Phase that is reported when that limit is exceeded. */
    Failure.Phase firstPhase();

    /** Checks the answer of an attempt, and reports its outcome to the attempt. */
    Flux<T> commit(Flux<T> answer, Attempt attempt);

    /** A single response: a stream of one element. */
    record Chat() implements CallMode<ChatResponse> {
        @Override
        public Publisher<ChatResponse> call(Route route, ChatRequest request) {
            return route.provider().chat(request);
        }

        @Override
        public Duration first(TimeoutPolicy timeoutPolicy) {
            return timeoutPolicy.response();
        }

        @Override
        public Failure.Phase firstPhase() {
            return Failure.Phase.RESPONSE;
        }

        @Override
        public Flux<ChatResponse> commit(Flux<ChatResponse> answer, Attempt attempt) {
            return new SingleAnswer(answer, attempt);
        }
    }

    /** A stream of chunks. */
    record Stream() implements CallMode<StreamChunk> {
        @Override
        public Publisher<StreamChunk> call(Route route, ChatRequest request) {
            return route.provider().stream(request);
        }

        @Override
        public Duration first(TimeoutPolicy timeoutPolicy) {
            return timeoutPolicy.firstContent();
        }

        @Override
        public Failure.Phase firstPhase() {
            return Failure.Phase.FIRST_CONTENT;
        }

        @Override
        public Flux<StreamChunk> commit(Flux<StreamChunk> answer, Attempt attempt) {
            return new Commit(answer, attempt);
        }
    }
}
