package dev.understudy.provider.anthropic;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.provider.conversation.ConversationRules;
import dev.understudy.provider.dialect.Dialect;
import dev.understudy.provider.dialect.DialectName;
import dev.understudy.provider.dialect.RequestOption;
import dev.understudy.provider.dialect.RequiredFinishReason;
import dev.understudy.provider.dialect.StreamDecoder;
import dev.understudy.provider.endpoint.OpenAiCompatibility.CallIds;
import dev.understudy.provider.endpoint.Secret;
import dev.understudy.provider.framing.Framing;
import dev.understudy.provider.framing.SseFraming;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Anthropic's Messages API, below a base like {@code https://api.anthropic.com/v1}. {@link AnthropicRequest}
 * describes the mapping of requests.
 */
public final class Anthropic implements Dialect {

    private static final String VERSION = "2023-06-01";

    private final Map<String, Integer> maxOutput;
    private final AnthropicRequest request;

    /** Creates the dialect without known limits of models. */
    public Anthropic() {
        this(Map.of());
    }

    /** @param maxOutput output limits in tokens, by model name */
    public Anthropic(Map<String, Integer> maxOutput) {
        this.maxOutput = Map.copyOf(maxOutput);
        this.request = new AnthropicRequest(this.maxOutput);
    }

    @Override
    public String name() {
        return DialectName.ANTHROPIC;
    }

    @Override
    public boolean isOwnHost(String host) {
        return host.matches("(.+\\.)?(anthropic\\.com|amazonaws\\.com|googleapis\\.com|azure\\.com)");
    }

    @Override
    public String path(ChatRequest request, boolean stream) {
        return "/messages";
    }

    @Override
    public String probePath() {
        return "/models";
    }

    @Override
    public Object encoding() {
        return List.of(DialectName.ANTHROPIC, maxOutput);
    }

    @Override
    public CallIds callIds() {
        return AnthropicMessages.CALL_IDS;
    }

    @Override
    public boolean accepts(RequestOption option, ChatRequest request) {
        return AnthropicRequest.accepts(option, request);
    }

    @Override
    public ChatRequest fitted(ChatRequest request, Consumer<String> changes) {
        return AnthropicThinking.fitted(request, changes);
    }

    @Override
    public ConversationRules conversationRules(String model) {
        return AnthropicMessages.RULES;
    }

    @Override
    public Map<String, ? extends @Nullable Object> body(ChatRequest request, boolean stream) {
        return this.request.body(request, stream);
    }

    @Override
    public void authorize(Secret key, BiConsumer<String, String> header) {
        header.accept("x-api-key", key.reveal());
    }

    @Override
    public void headers(BiConsumer<String, String> header) {
        header.accept("anthropic-version", VERSION);
    }

    @Override
    public Framing framing(int limit) {
        return new SseFraming(limit);
    }

    @Override
    public StreamDecoder decoder(String provider, ChatRequest request) {
        return new AnthropicStream(provider, request.model());
    }

    @Override
    public ChatResponse decode(String provider, ChatRequest request, byte[] body) {
        return RequiredFinishReason.of(AnthropicAnswer.read(provider, request.model(), body));
    }
}
