package dev.understudy.ops;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.StreamChunk;
import java.util.function.Supplier;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * An agent for callers: each call goes to the chain that is in service when it is subscribed, and keeps it open to its end.
 */
final class Handle implements ChatProvider {

    private final String id;
    private final Supplier<Chain> inService;

    /** @param inService throws if there is none */
    Handle(String id, Supplier<Chain> inService) {
        this.id = id;
        this.inService = inService;
    }

    @Override
    public String name() {
        return id;
    }

    @Override
    public Capabilities capabilities(String model) {
        return inService.get().front().capabilities(model);
    }

    @Override
    public Mono<ChatResponse> chat(ChatRequest request) {
        return Mono.using(this::entered, chain -> chain.front().chat(request), Chain::leave, false);
    }

    @Override
    public Flux<StreamChunk> stream(ChatRequest request) {
        return Flux.using(this::entered, chain -> chain.front().stream(request), Chain::leave, false);
    }

    @Override
    public Mono<Void> probe() {
        return Mono.using(this::entered, chain -> chain.front().probe(), Chain::leave, false);
    }

    @Override
    public Mono<Void> warmup() {
        return Mono.using(this::entered, chain -> chain.front().warmup(), Chain::leave, false);
    }

    /** A chain that closes between being looked up and entered has a successor by then. */
    private Chain entered() {
        Chain chain = inService.get();
        while (!chain.enter()) {
            chain = inService.get();
        }
        return chain;
    }

    /** The agents close their chains; this is only a way to them. */
    @Override
    public void close() {}

    @Override
    public String toString() {
        return "agent " + id;
    }
}
