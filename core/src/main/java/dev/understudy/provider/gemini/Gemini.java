package dev.understudy.provider.gemini;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.provider.conversation.ConversationRules;
import dev.understudy.provider.dialect.AggregatedAnswer;
import dev.understudy.provider.dialect.Dialect;
import dev.understudy.provider.dialect.DialectName;
import dev.understudy.provider.dialect.RequestOption;
import dev.understudy.provider.dialect.StreamDecoder;
import dev.understudy.provider.endpoint.Secret;
import dev.understudy.provider.framing.Framing;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Google's generateContent, below a base like {@code https://generativelanguage.googleapis.com/v1beta}. {@link
 * GeminiRequest} describes the mapping of requests.
 */
public final class Gemini implements Dialect {

    @Override
    public String name() {
        return DialectName.GEMINI;
    }

    @Override
    public boolean isOwnHost(String host) {
        return host.endsWith(".googleapis.com");
    }

    /** A model name may be a path, such as {@code tunedModels/mine}. */
    @Override
    public String path(ChatRequest request, boolean stream) {
        String model =
                URLEncoder.encode(request.model(), StandardCharsets.UTF_8).replace("+", "%20");
        boolean isPath = model.contains("%2F") && !model.contains("..");
        return (isPath ? "/" + model.replace("%2F", "/") : "/models/" + model)
                + (stream ? ":streamGenerateContent?alt=sse" : ":generateContent");
    }

    @Override
    public String probePath() {
        return "/models";
    }

    @Override
    public ConversationRules conversationRules(String model) {
        ConversationRules rules = ConversationRules.any()
                .withImagesInAnswers()
                .withOnlyReasoning()
                .withUserFirst()
                .withReservedKeys("$ref");
        return GeminiContents.signs(model) ? rules.withMediaInResults() : rules;
    }

    @Override
    public boolean accepts(RequestOption option, ChatRequest request) {
        return GeminiRequest.accepts(option, request);
    }

    @Override
    public ChatRequest fitted(ChatRequest request, Consumer<String> changes) {
        if (!GeminiThinking.isExact(request)) {
            changes.accept("reasoning");
        }
        return request;
    }

    @Override
    public Map<String, ? extends @Nullable Object> body(ChatRequest request, boolean stream) {
        return GeminiRequest.body(request);
    }

    @Override
    public void authorize(Secret key, BiConsumer<String, String> header) {
        header.accept("x-goog-api-key", key.reveal());
    }

    /** A JSON array is a stream as well. */
    @Override
    public boolean streams(String contentType) {
        return true;
    }

    @Override
    public Framing framing(int limit) {
        return new GeminiFraming(limit);
    }

    @Override
    public StreamDecoder decoder(String provider, ChatRequest request) {
        return new GeminiStream(provider, request);
    }

    @Override
    public ChatResponse decode(String provider, ChatRequest request, byte[] body) {
        return AggregatedAnswer.read(body, new GeminiStream(provider, request));
    }
}
