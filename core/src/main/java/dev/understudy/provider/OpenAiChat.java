package dev.understudy.provider;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.provider.Quirks.CallIds;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** OpenAI Chat Completions, as spoken by OpenAI and by nearly everybody else. */
final class OpenAiChat implements Dialect {

    static final String NAME = "openai-chat";

    private static final Map<String, String> SYNONYMS =
            Map.of("max_tokens", "max_completion_tokens", "max_completion_tokens", "max_tokens");

    private final Quirks quirks;

    OpenAiChat(Quirks quirks) {
        this.quirks = quirks;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String path(ChatRequest request, boolean stream) {
        return quirks.path(request.model());
    }

    @Override
    public String probePath() {
        return quirks.paths().probe();
    }

    @Override
    public Object encoding() {
        return quirks;
    }

    @Override
    public CallIds callIds() {
        return quirks.turns().callIds();
    }

    @Override
    public Map<String, ? extends @Nullable Object> body(ChatRequest request, boolean stream) {
        return OpenAiChatRequest.body(request, stream, quirks);
    }

    @Override
    public Map<String, String> synonyms() {
        return SYNONYMS;
    }

    @Override
    public void authorize(Secret key, BiConsumer<String, String> header) {
        quirks.authorize(key, header);
    }

    @Override
    public Framing framing() {
        return new SseFraming();
    }

    @Override
    public StreamDecoder decoder(String provider, ChatRequest request) {
        return new OpenAiChatStream(provider, request, quirks);
    }

    @Override
    public ChatResponse decode(String provider, ChatRequest request, byte[] body) {
        return OpenAiChatAnswer.decode(provider, request, body);
    }
}
