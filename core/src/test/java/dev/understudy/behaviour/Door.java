package dev.understudy.behaviour;

import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import java.time.Duration;
import reactor.core.publisher.Mono;

/** The two ways to ask: one scene, both doors. */
enum Door {
    CHAT {
        @Override
        Mono<Heard> ask(ChatProvider provider, ChatRequest request) {
            return provider.chat(request).flux().materialize().collectList().map(Heard::whole);
        }
    },
    STREAM {
        @Override
        Mono<Heard> ask(ChatProvider provider, ChatRequest request) {
            return provider.stream(request).materialize().collectList().map(Heard::streamed);
        }
    };

    static final Duration SOON = Duration.ofSeconds(10);

    /** What is heard, and how it ends; never fails itself. */
    abstract Mono<Heard> ask(ChatProvider provider, ChatRequest request);

    Heard hear(ChatProvider provider, ChatRequest request) {
        return ask(provider, request).block(SOON);
    }
}
