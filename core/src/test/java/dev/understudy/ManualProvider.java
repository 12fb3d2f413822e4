package dev.understudy;

import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.StreamChunk;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.publisher.TestPublisher;

/** The provider "a", which answers with the signals of a test: responses for chat, chunks for streams. */
public record ManualProvider(TestPublisher<Object> source) implements ChatProvider {

    @Override
    public String name() {
        return "a";
    }

    @Override
    public Mono<ChatResponse> chat(ChatRequest request) {
        return Mono.fromDirect(source.flux()).cast(ChatResponse.class);
    }

    @Override
    public Flux<StreamChunk> stream(ChatRequest request) {
        return source.flux().cast(StreamChunk.class);
    }
}
