package dev.understudy.streaming;

import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.ForwardingChatProvider;
import reactor.core.publisher.Mono;

/**
 * A provider whose whole answers are collected from its streams: for providers that can only stream, and for calls whose
 * silence should be noticed early, or whose cut should be saved.
 */
final class ChatFromStream extends ForwardingChatProvider {

    ChatFromStream(ChatProvider provider) {
        super(provider);
    }

    /** {@link ChatResponseAggregator#collect} over the provider's stream. */
    @Override
    public Mono<ChatResponse> chat(ChatRequest request) {
        return ChatResponseAggregator.collect(delegate().stream(request));
    }
}
