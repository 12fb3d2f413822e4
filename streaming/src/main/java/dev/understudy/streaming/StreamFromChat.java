package dev.understudy.streaming;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Feature;
import dev.understudy.chat.ForwardingChatProvider;
import dev.understudy.chat.StreamChunk;
import reactor.core.publisher.Flux;

/** Provider whose streams are complete answers in the form of chunks: for providers that cannot stream. */
final class StreamFromChat extends ForwardingChatProvider {

    StreamFromChat(ChatProvider provider) {
        super(provider);
    }

    /** Capabilities of the adapted provider with STREAMING, and with STREAMING_TOOLS if it has tools. */
    @Override
    public Capabilities capabilities(String model) {
        Capabilities can = delegate().capabilities(model).withFeature(Feature.STREAMING);
        return can.has(Feature.TOOLS) ? can.withFeature(Feature.STREAMING_TOOLS) : can;
    }

    @Override
    public Flux<StreamChunk> stream(ChatRequest request) {
        return delegate().chat(request).flatMapIterable(ChatResponse::chunks);
    }
}
