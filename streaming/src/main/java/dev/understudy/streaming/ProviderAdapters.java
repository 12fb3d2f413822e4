package dev.understudy.streaming;

import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatResponseAggregator;

/** Adapters that give a provider the call mode it lacks. All other methods are forwarded to the adapted provider. */
public final class ProviderAdapters {

    private ProviderAdapters() {}

    /**
     * Returns a provider whose {@code chat} collects the stream of the given provider by {@link
     * ChatResponseAggregator#collect}. Suits providers that only stream, and calls whose idle timeout should apply between
     * chunks.
     *
     * @param provider the provider to adapt
     * @return the adapter
     */
    public static ChatProvider chatFromStream(ChatProvider provider) {
        return new ChatFromStream(provider);
    }

    /**
     * Returns a provider whose {@code stream} emits the complete answer of {@code chat} as chunks, followed by its finish.
     * Its capabilities are those of the given provider with {@link dev.understudy.chat.Feature#STREAMING}, and with {@link
     * dev.understudy.chat.Feature#STREAMING_TOOLS} if it has tools.
     *
     * @param provider the provider to adapt
     * @return the adapter
     */
    public static ChatProvider streamFromChat(ChatProvider provider) {
        return new StreamFromChat(provider);
    }
}
