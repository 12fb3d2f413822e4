package dev.understudy.streaming;

import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.ForwardingChatProvider;
import reactor.core.publisher.Mono;

/**
 * Provider whose chat answers are collected from streams: for providers that only stream, and for calls whose silence
 * should be noticed early or whose interruption should be repaired.
 */
final class ChatFromStream extends ForwardingChatProvider {

    ChatFromStream(ChatProvider provider) {
        super(provider);
    }

    /** Applies {@link ChatResponseAggregator#collect} to the provider's stream. */
    @Override
    public Mono<ChatResponse> chat(ChatRequest request) {
        return ChatResponseAggregator.collect(delegate().stream(request));
    }
}
