package dev.understudy.provider.gemini;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.provider.conversation.ConversationRules;
import dev.understudy.provider.dialect.AggregatedAnswer;
import dev.understudy.provider.dialect.Dialect;
import dev.understudy.provider.dialect.DialectName;
import dev.understudy.provider.dialect.ExtraFields;
import dev.understudy.provider.dialect.RequestOption;
import dev.understudy.provider.dialect.StoredAnswer;
import dev.understudy.provider.dialect.StoredStream;
import dev.understudy.provider.dialect.StreamDecoder;
import dev.understudy.provider.endpoint.Secret;
import dev.understudy.provider.framing.Framing;
import dev.understudy.provider.framing.SseFraming;
import dev.understudy.provider.text.PathSegment;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Google's Interactions, below a base like {@code https://generativelanguage.googleapis.com/v1beta}. {@link
 * InteractionsRequest} describes the mapping of requests.
 */
public final class GeminiInteractions implements Dialect {

    private static final String PATH = "/interactions";
    private static final String BACKGROUND = "background";

    private final boolean background;

    public GeminiInteractions() {
        this(false);
    }

    private GeminiInteractions(boolean background) {
        this.background = background;
    }

    /** Returns the dialect with streams in background mode, whose answers the vendor stores. */
    public GeminiInteractions inBackground() {
        return new GeminiInteractions(true);
    }

    @Override
    public String name() {
        return DialectName.GEMINI_INTERACTIONS;
    }

    @Override
    public boolean isOwnHost(String host) {
        return host.endsWith(".googleapis.com");
    }

    @Override
    public String path(ChatRequest request, boolean stream) {
        return PATH;
    }

    @Override
    public String probePath() {
        return "/models";
    }

    @Override
    public ConversationRules conversationRules(String model) {
        return ConversationRules.any()
                .withImagesInAnswers()
                .withOnlyReasoning()
                .withUserFirst()
                .withImagesInResults();
    }

    @Override
    public boolean accepts(RequestOption option, ChatRequest request) {
        return InteractionsRequest.accepts(option);
    }

    @Override
    public ChatRequest fitted(ChatRequest request, Consumer<String> changes) {
        if (!InteractionsRequest.isExact(request.options().reasoning())) {
            changes.accept("reasoning");
        }
        return request;
    }

    @Override
    public Map<String, ? extends @Nullable Object> body(ChatRequest request, boolean stream) {
        return InteractionsRequest.body(request, stream, background);
    }

    @Override
    public Object encoding() {
        return background ? name() + " " + BACKGROUND : name();
    }

    @Override
    public boolean stores() {
        return background;
    }

    @Override
    public @Nullable StoredAnswer store(String provider, ChatRequest request) {
        Object requested = ExtraFields.of(request, DialectName.GEMINI_INTERACTIONS, BACKGROUND);
        if (!background || Boolean.FALSE.equals(requested)) {
            return null;
        }
        InteractionsStream decoder = new InteractionsStream(provider, request);
        return new StoredStream(
                provider,
                request,
                decoder,
                () -> PATH + "/" + PathSegment.of(decoder.id()) + "?stream=true&last_event_id="
                        + PathSegment.of(decoder.last()));
    }

    @Override
    public void authorize(Secret key, BiConsumer<String, String> header) {
        header.accept("x-goog-api-key", key.reveal());
    }

    @Override
    public Framing framing(int limit) {
        return new SseFraming(limit);
    }

    @Override
    public StreamDecoder decoder(String provider, ChatRequest request) {
        return new InteractionsStream(provider, request);
    }

    @Override
    public ChatResponse decode(String provider, ChatRequest request, byte[] body) {
        return AggregatedAnswer.read(body, new InteractionsStream(provider, request));
    }
}
