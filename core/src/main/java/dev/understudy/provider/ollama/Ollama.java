package dev.understudy.provider.ollama;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.provider.conversation.ConversationRules;
import dev.understudy.provider.dialect.AggregatedAnswer;
import dev.understudy.provider.dialect.Dialect;
import dev.understudy.provider.dialect.DialectName;
import dev.understudy.provider.dialect.RequestOption;
import dev.understudy.provider.dialect.StreamDecoder;
import dev.understudy.provider.framing.Framing;
import dev.understudy.provider.framing.JsonFraming;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Ollama's own /api/chat, below a base like {@code http://localhost:11434}. Ollama's OpenAI-compatible interface
 * loses errors inside a stream; this one reports them. {@link OllamaRequest} describes the mapping of requests.
 */
public final class Ollama implements Dialect {

    @Override
    public String name() {
        return DialectName.OLLAMA;
    }

    /** Reasoning is bound to the server. */
    @Override
    public boolean isHostBound() {
        return true;
    }

    @Override
    public String path(ChatRequest request, boolean stream) {
        return "/api/chat";
    }

    @Override
    public String probePath() {
        return "/api/tags";
    }

    @Override
    public boolean loads() {
        return true;
    }

    /** Without a user message the server only loads the model. */
    @Override
    public ConversationRules conversationRules(String model) {
        return ConversationRules.any().withUserNeeded();
    }

    @Override
    public boolean accepts(RequestOption option, ChatRequest request) {
        return OllamaRequest.accepts(option);
    }

    @Override
    public ChatRequest fitted(ChatRequest request, Consumer<String> changes) {
        if (!OllamaRequest.isExact(request)) {
            changes.accept("reasoning");
        }
        return request;
    }

    @Override
    public Map<String, ? extends @Nullable Object> body(ChatRequest request, boolean stream) {
        return OllamaRequest.body(request, stream);
    }

    /** A whole answer is a stream of one line. */
    @Override
    public boolean streams(String contentType) {
        return true;
    }

    @Override
    public Framing framing(int limit) {
        return new JsonFraming(limit);
    }

    @Override
    public StreamDecoder decoder(String provider, ChatRequest request) {
        return new OllamaStream(provider, request);
    }

    @Override
    public ChatResponse decode(String provider, ChatRequest request, byte[] body) {
        return AggregatedAnswer.read(body, new OllamaStream(provider, request));
    }
}
