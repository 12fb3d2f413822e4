package dev.understudy.provider.cohere;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.provider.dialect.Dialect;
import dev.understudy.provider.dialect.DialectName;
import dev.understudy.provider.dialect.RequestOption;
import dev.understudy.provider.dialect.RequiredFinishReason;
import dev.understudy.provider.dialect.StreamDecoder;
import dev.understudy.provider.framing.Framing;
import dev.understudy.provider.framing.SseFraming;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Cohere's Chat, version 2, below a base like {@code https://api.cohere.com}. {@link CohereRequest} describes the
 * mapping of requests.
 */
public final class Cohere implements Dialect {

    @Override
    public String name() {
        return DialectName.COHERE;
    }

    @Override
    public String path(ChatRequest request, boolean stream) {
        return "/v2/chat";
    }

    @Override
    public String probePath() {
        return "/v1/models";
    }

    @Override
    public boolean accepts(RequestOption option, ChatRequest request) {
        return CohereRequest.accepts(option);
    }

    @Override
    public ChatRequest fitted(ChatRequest request, Consumer<String> changes) {
        ChatRequest.Reasoning reasoning = request.options().reasoning();
        if (reasoning != null && reasoning.effort() != null) {
            changes.accept("reasoning");
        }
        return request;
    }

    @Override
    public Map<String, ? extends @Nullable Object> body(ChatRequest request, boolean stream) {
        return CohereRequest.body(request, stream);
    }

    @Override
    public Framing framing(int limit) {
        return new SseFraming(limit);
    }

    @Override
    public StreamDecoder decoder(String provider, ChatRequest request) {
        return new CohereStream(provider, request);
    }

    @Override
    public ChatResponse decode(String provider, ChatRequest request, byte[] body) {
        return RequiredFinishReason.of(CohereAnswer.read(provider, request, body));
    }
}
