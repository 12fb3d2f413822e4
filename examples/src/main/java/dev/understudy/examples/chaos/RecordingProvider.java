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

/** Stands before a provider and looks at every attempt: is it the caller's own question, and do we know whose it is? */
final class RecordingProvider implements ChatProvider {

    private final String name;
    private final Supplier<ChatProvider> provider;
    private final AtomicInteger attempts = new AtomicInteger();
    private final AtomicInteger strange = new AtomicInteger();

    /** @param provider looked up at each attempt */
    RecordingProvider(String name, Supplier<ChatProvider> provider) {
        this.name = name;
        this.provider = provider;
    }

    /** How many attempts it has seen. */
    int attempts() {
        return attempts.get();
    }

    /** How many of them had lost their question, their entry in the Context or their tag. */
    int strange() {
        return strange.get();
    }

    private ChatProvider look(ChatRequest request, ContextView context) {
        attempts.incrementAndGet();
        ChaosCall chaosCall = new ChaosCall(context.hasKey(ChaosCall.KEY) ? context.get(ChaosCall.KEY) : "nobody's");
        String tag = CallContext.from(context).tags().get(ChaosCall.KEY);
        if (!chaosCall.isAskedBy(request) || !Objects.equals(tag, chaosCall.id())) {
            strange.incrementAndGet();
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
