package dev.understudy.provider.bedrock;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.provider.conversation.ConversationRules;
import dev.understudy.provider.dialect.Dialect;
import dev.understudy.provider.dialect.DialectName;
import dev.understudy.provider.dialect.RequestOption;
import dev.understudy.provider.dialect.RequiredFinishReason;
import dev.understudy.provider.dialect.StreamDecoder;
import dev.understudy.provider.endpoint.OpenAiCompatibility.CallIds;
import dev.understudy.provider.framing.AwsEventStreamFraming;
import dev.understudy.provider.framing.Framing;
import dev.understudy.provider.text.PathSegment;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * AWS Bedrock's Converse, below a base like {@code https://bedrock-runtime.us-east-1.amazonaws.com}. {@link
 * BedrockRequest} describes the mapping of requests. The address has no path for a probe.
 */
public final class BedrockConverse implements Dialect {

    @Override
    public String name() {
        return DialectName.BEDROCK_CONVERSE;
    }

    @Override
    public String path(ChatRequest request, boolean stream) {
        return "/model/" + PathSegment.of(request.model()) + (stream ? "/converse-stream" : "/converse");
    }

    @Override
    public CallIds callIds() {
        return BedrockMessages.CALL_IDS;
    }

    @Override
    public ConversationRules conversationRules(String model) {
        ConversationRules rules =
                ConversationRules.any().withOnlyReasoning().withUserFirst().withDeclaredTools();
        BedrockModel family = BedrockModel.of(model);
        if (family.isMedial()) {
            return rules.withMediaInResults();
        }
        ConversationRules plain = rules.withAnsweredResults();
        return family == BedrockModel.LLAMA_OR_MISTRAL ? plain.withCallsApart() : plain;
    }

    @Override
    public boolean accepts(RequestOption option, ChatRequest request) {
        return BedrockOptions.accepts(option, request);
    }

    @Override
    public ChatRequest fitted(ChatRequest request, Consumer<String> changes) {
        return BedrockOptions.fitted(request, changes);
    }

    @Override
    public Map<String, ? extends @Nullable Object> body(ChatRequest request, boolean stream) {
        return BedrockRequest.body(request);
    }

    @Override
    public String streamType() {
        return "application/vnd.amazon.eventstream";
    }

    @Override
    public Framing framing(int limit) {
        return new AwsEventStreamFraming(limit);
    }

    @Override
    public StreamDecoder decoder(String provider, ChatRequest request) {
        return new BedrockStream(provider, request.model());
    }

    @Override
    public ChatResponse decode(String provider, ChatRequest request, byte[] body) {
        return RequiredFinishReason.of(BedrockAnswer.read(provider, request.model(), body));
    }
}
