package dev.understudy.provider.bedrock;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.provider.anthropic.AnthropicAnswer;
import dev.understudy.provider.anthropic.AnthropicMessages;
import dev.understudy.provider.anthropic.AnthropicRequest;
import dev.understudy.provider.anthropic.AnthropicStream;
import dev.understudy.provider.anthropic.AnthropicThinking;
import dev.understudy.provider.conversation.ConversationRules;
import dev.understudy.provider.dialect.Dialect;
import dev.understudy.provider.dialect.DialectName;
import dev.understudy.provider.dialect.RequestOption;
import dev.understudy.provider.dialect.RequiredFinishReason;
import dev.understudy.provider.dialect.StreamDecoder;
import dev.understudy.provider.endpoint.OpenAiCompatibility.CallIds;
import dev.understudy.provider.framing.Framing;
import dev.understudy.provider.text.PathSegment;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Anthropic's Messages through Bedrock's InvokeModel: Anthropic's bodies and events within AWS's envelope, with the
 * model in the path. Extra fields and the origin of reasoning signatures are those of the Anthropic dialect.
 */
public final class BedrockAnthropic implements Dialect {

    private static final String VERSION = "bedrock-2023-05-31";

    private final AnthropicRequest request = new AnthropicRequest(Map.of());

    @Override
    public String name() {
        return "bedrock-anthropic";
    }

    @Override
    public String originScope() {
        return DialectName.ANTHROPIC;
    }

    @Override
    public String path(ChatRequest request, boolean stream) {
        return "/model/" + PathSegment.of(request.model()) + (stream ? "/invoke-with-response-stream" : "/invoke");
    }

    @Override
    public CallIds callIds() {
        return AnthropicMessages.CALL_IDS;
    }

    /** The class of service is no part of the body here. */
    @Override
    public boolean accepts(RequestOption option, ChatRequest request) {
        return option != RequestOption.SERVICE_TIER && AnthropicRequest.accepts(option, request);
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
        Map<String, Object> body = this.request.body(request, false);
        body.remove("model");
        if (!request.extra().getOrDefault(DialectName.ANTHROPIC, Map.of()).containsKey("service_tier")) {
            body.remove("service_tier");
        }
        body.putIfAbsent("anthropic_version", VERSION);
        return body;
    }

    @Override
    public String streamType() {
        return "application/vnd.amazon.eventstream";
    }

    @Override
    public Framing framing(int limit) {
        return new BedrockInvokeFraming(limit);
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
