package dev.understudy.ops.agent;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.StreamChunk;
import java.util.concurrent.atomic.AtomicBoolean;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A shared provider as one chain uses it: closing returns it, and other chains continue to use it. */
final class BorrowedProvider implements ChatProvider {

    private final SharedProvider sharedProvider;
    private final ChatProvider provider;
    private final AtomicBoolean returned = new AtomicBoolean();

    BorrowedProvider(SharedProvider sharedProvider, ChatProvider provider) {
        this.sharedProvider = sharedProvider;
        this.provider = provider;
    }

    @Override
    public String name() {
        return provider.name();
    }

    @Override
    public Capabilities capabilities(String model) {
        return provider.capabilities(model);
    }

    @Override
    public Mono<ChatResponse> chat(ChatRequest request) {
        return provider.chat(request);
    }

    @Override
    public Flux<StreamChunk> stream(ChatRequest request) {
        return provider.stream(request);
    }

    @Override
    public Mono<Void> probe() {
        return provider.probe();
    }

    @Override
    public Mono<Void> warmup() {
        return provider.warmup();
    }

    @Override
    public void forgetFailures() {
        provider.forgetFailures();
    }

    @Override
    public void close() {
        if (returned.compareAndSet(false, true)) {
            sharedProvider.giveBack();
        }
    }

    @Override
    public String toString() {
        return provider.toString();
    }
}
