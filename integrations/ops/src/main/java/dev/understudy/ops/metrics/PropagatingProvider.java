package dev.understudy.ops.metrics;

import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ForwardingChatProvider;
import dev.understudy.chat.StreamChunk;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Sends the trace context of each attempt to the vendor. */
final class PropagatingProvider extends ForwardingChatProvider {

    PropagatingProvider(ChatProvider delegate) {
        super(delegate);
    }

    @Override
    public Mono<ChatResponse> chat(ChatRequest request) {
        return Mono.deferContextual(context -> delegate().chat(TraceHeaders.added(request, context)));
    }

    @Override
    public Flux<StreamChunk> stream(ChatRequest request) {
        return Flux.deferContextual(context -> delegate().stream(TraceHeaders.added(request, context)));
    }
}
