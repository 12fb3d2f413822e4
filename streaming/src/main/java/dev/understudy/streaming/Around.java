package dev.understudy.streaming;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.StreamChunk;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A provider that is another one in all but what is overridden. */
abstract class Around implements ChatProvider {

    final ChatProvider within;

    Around(ChatProvider within) {
        this.within = within;
    }

    @Override
    public String name() {
        return within.name();
    }

    @Override
    public Capabilities capabilities(String model) {
        return within.capabilities(model);
    }

    @Override
    public Mono<ChatResponse> chat(ChatRequest request) {
        return within.chat(request);
    }

    @Override
    public Flux<StreamChunk> stream(ChatRequest request) {
        return within.stream(request);
    }

    @Override
    public Mono<Void> probe() {
        return within.probe();
    }

    @Override
    public Mono<Void> warmup() {
        return within.warmup();
    }

    /** Closes the provider within. */
    @Override
    public void close() {
        within.close();
    }
}
