package dev.understudy.spring.boot;

import dev.understudy.CallContext;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.StreamChunk;
import java.time.Duration;
import java.util.stream.Stream;

/**
 * Blocking calls of a provider, for servlet applications and virtual threads. Must not be used on event loops, where blocking
 * throws {@code IllegalStateException}. An interrupted thread cancels its call.
 */
public final class BlockingChat {

    private final ChatProvider provider;

    private BlockingChat(ChatProvider provider) {
        this.provider = provider;
    }

    /**
     * Creates blocking calls over a provider.
     *
     * @param provider answers the calls; closed by its owner
     * @return the calls
     */
    public static BlockingChat over(ChatProvider provider) {
        return new BlockingChat(provider);
    }

    /**
     * Waits for a complete response, as long as the limits of the provider allow.
     *
     * @param request the request
     * @return the response
     * @throws ChatException if the call fails
     */
    public ChatResponse chat(ChatRequest request) {
        return answered(provider.chat(request).block());
    }

    /**
     * Waits for a complete response until a deadline, which the call obeys in its attempts.
     *
     * @param request the request
     * @param deadline time from now, longer than zero
     * @return the response
     * @throws ChatException if the call fails
     */
    public ChatResponse chat(ChatRequest request, Duration deadline) {
        return answered(provider.chat(request)
                .contextWrite(CallContext.deadline(deadline))
                .block());
    }

    /**
     * Requests a streamed response. Each chunk is waited for, and requested when it is taken. Close the stream, or the call
     * goes on: {@code try (var chunks = chat.stream(request))}.
     *
     * @param request the request
     * @return the chunks; taking one throws {@link ChatException} if the call fails
     */
    public Stream<StreamChunk> stream(ChatRequest request) {
        return provider.stream(request).toStream(1);
    }

    private static ChatResponse answered(@org.jspecify.annotations.Nullable ChatResponse response) {
        if (response == null) {
            throw new IllegalStateException("The provider completed without a response");
        }
        return response;
    }
}
