package dev.understudy.provider.openai;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.provider.conversation.ConversationRules;
import dev.understudy.provider.dialect.Dialect;
import dev.understudy.provider.dialect.DialectName;
import dev.understudy.provider.dialect.RequestOption;
import dev.understudy.provider.dialect.StreamDecoder;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.endpoint.OpenAiCompatibility.CallIds;
import dev.understudy.provider.endpoint.Secret;
import dev.understudy.provider.framing.Framing;
import dev.understudy.provider.framing.SseFraming;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** OpenAI Chat Completions, as implemented by OpenAI and most other servers. */
public final class OpenAiChat implements Dialect {

    private static final Map<String, String> SYNONYMS =
            Map.of("max_tokens", "max_completion_tokens", "max_completion_tokens", "max_tokens");

    private final OpenAiCompatibility openAiCompatibility;

    public OpenAiChat(OpenAiCompatibility openAiCompatibility) {
        this.openAiCompatibility = openAiCompatibility;
    }

    @Override
    public String name() {
        return DialectName.OPENAI_CHAT;
    }

    /** Many vendors speak this dialect. */
    @Override
    public boolean isHostBound() {
        return true;
    }

    @Override
    public String path(ChatRequest request, boolean stream) {
        return openAiCompatibility.path(request.model());
    }

    @Override
    public String probePath() {
        return openAiCompatibility.paths().probe();
    }

    @Override
    public boolean loads() {
        return openAiCompatibility.loading();
    }

    @Override
    public Object encoding() {
        return openAiCompatibility;
    }

    @Override
    public CallIds callIds() {
        return openAiCompatibility.turns().callIds();
    }

    @Override
    public ConversationRules conversationRules(String model) {
        ConversationRules any = ConversationRules.any();
        return switch (openAiCompatibility.turns().roles()) {
            case ANY -> any;
            case ALTERNATING -> any.withOneSystemMessage().withAlternating().withUserNeeded();
            case ANSWERED_RESULTS -> any.withAnsweredResults();
        };
    }

    @Override
    public boolean accepts(RequestOption option, ChatRequest request) {
        return OpenAiChatOptions.accepts(option, request, openAiCompatibility);
    }

    @Override
    public ChatRequest fitted(ChatRequest request, Consumer<String> changes) {
        if (!OpenAiChatOptions.isExact(request, openAiCompatibility.options())) {
            changes.accept("reasoning");
        }
        return request;
    }

    @Override
    public Map<String, ? extends @Nullable Object> body(ChatRequest request, boolean stream) {
        return OpenAiChatRequest.body(request, stream, openAiCompatibility);
    }

    @Override
    public Map<String, String> synonyms() {
        return SYNONYMS;
    }

    @Override
    public void authorize(Secret key, BiConsumer<String, String> header) {
        openAiCompatibility.authorize(key, header);
    }

    @Override
    public Framing framing(int limit) {
        return new SseFraming(limit);
    }

    @Override
    public StreamDecoder decoder(String provider, ChatRequest request) {
        return new OpenAiChatStream(provider, request, openAiCompatibility);
    }

    @Override
    public ChatResponse decode(String provider, ChatRequest request, byte[] body) {
        return OpenAiChatAnswer.decode(provider, request, body, openAiCompatibility.doneCompletes());
    }
}
