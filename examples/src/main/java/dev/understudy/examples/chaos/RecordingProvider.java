package dev.understudy.examples.chaos;

import dev.understudy.CallContext;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.StreamChunk;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

/** Wraps a provider and checks for every attempt that it carries the caller's request, Context and tags. */
final class RecordingProvider implements ChatProvider {

    private final String name;
    private final Supplier<ChatProvider> provider;
    private final AtomicInteger attempts = new AtomicInteger();
    private final AtomicInteger incomplete = new AtomicInteger();

    /** @param provider looked up at each attempt */
    RecordingProvider(String name, Supplier<ChatProvider> provider) {
        this.name = name;
        this.provider = provider;
    }

    /** Returns the number of attempts. */
    int attempts() {
        return attempts.get();
    }

    /** Returns the number of attempts whose request was changed, or that lack the Context entry or the tag. */
    int incomplete() {
        return incomplete.get();
    }

    private ChatProvider look(ChatRequest request, ContextView context) {
        attempts.incrementAndGet();
        ChaosCall chaosCall = new ChaosCall(context.hasKey(ChaosCall.KEY) ? context.get(ChaosCall.KEY) : "none");
        String tag = CallContext.from(context).tags().get(ChaosCall.KEY);
        if (!chaosCall.isAskedBy(request) || !Objects.equals(tag, chaosCall.id())) {
            incomplete.incrementAndGet();
        }
        return provider.get();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Capabilities capabilities(String model) {
        return provider.get().capabilities(model);
    }

    @Override
    public Mono<ChatResponse> chat(ChatRequest request) {
        return Mono.deferContextual(context -> look(request, context).chat(request));
    }

    @Override
    public Flux<StreamChunk> stream(ChatRequest request) {
        return Flux.deferContextual(context -> look(request, context).stream(request));
    }
}
