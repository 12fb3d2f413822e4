package dev.understudy;

import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.StreamChunk;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A provider that never answers. */
public record SilentProvider(String name) implements ChatProvider {

    @Override
    public Mono<ChatResponse> chat(ChatRequest request) {
        return Mono.never();
    }

    @Override
    public Flux<StreamChunk> stream(ChatRequest request) {
        return Flux.never();
    }
}
