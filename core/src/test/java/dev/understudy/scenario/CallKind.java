package dev.understudy.scenario;

import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import java.time.Duration;
import reactor.core.publisher.Mono;

/** The two kinds of calls, so that one test can run with both. */
public enum CallKind {
    CHAT {
        @Override
        public Mono<CallResult> ask(ChatProvider provider, ChatRequest request) {
            return provider.chat(request).flux().materialize().collectList().map(CallResult::whole);
        }
    },
    STREAM {
        @Override
        public Mono<CallResult> ask(ChatProvider provider, ChatRequest request) {
            return provider.stream(request).materialize().collectList().map(CallResult::streamed);
        }
    };

    public static final Duration TIMEOUT = Duration.ofSeconds(10);

    /** Emits the result of a call, also of a failed one. */
    public abstract Mono<CallResult> ask(ChatProvider provider, ChatRequest request);

    public CallResult result(ChatProvider provider, ChatRequest request) {
        return ask(provider, request).block(TIMEOUT);
    }
}
