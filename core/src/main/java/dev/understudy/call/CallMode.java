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

/** The two ways to ask. All that differs between a whole answer and a stream stands here; the loop is one. */
public sealed interface CallMode<T> {

    CallMode<ChatResponse> CHAT = new Chat();
    CallMode<StreamChunk> STREAM = new Stream();

    Publisher<T> ask(Route route, ChatRequest request);

    /** How long the first sign of an answer may take, and what it is called. */
    Duration first(TimeoutPolicy timeoutPolicy);

    Failure.Phase firstPhase();

    /** Holds an answer to what an answer must be, and reports how it went. */
    Flux<T> commit(Flux<T> answer, Attempt attempt);

    /** The whole answer at once: a stream of one. */
    record Chat() implements CallMode<ChatResponse> {
        @Override
        public Publisher<ChatResponse> ask(Route route, ChatRequest request) {
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

    /** Token by token. */
    record Stream() implements CallMode<StreamChunk> {
        @Override
        public Publisher<StreamChunk> ask(Route route, ChatRequest request) {
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
