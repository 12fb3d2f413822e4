package dev.understudy.provider.openai.responses;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.provider.conversation.ConversationRules;
import dev.understudy.provider.dialect.Dialect;
import dev.understudy.provider.dialect.DialectName;
import dev.understudy.provider.dialect.ExtraFields;
import dev.understudy.provider.dialect.RequestOption;
import dev.understudy.provider.dialect.RequiredFinishReason;
import dev.understudy.provider.dialect.StoredAnswer;
import dev.understudy.provider.dialect.StoredStream;
import dev.understudy.provider.dialect.StreamDecoder;
import dev.understudy.provider.dialect.ToolCallIdMapper;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.endpoint.OpenAiCompatibility.CallIds;
import dev.understudy.provider.endpoint.Secret;
import dev.understudy.provider.framing.Framing;
import dev.understudy.provider.framing.SseFraming;
import dev.understudy.provider.openai.OpenAiModel;
import dev.understudy.provider.text.PathSegment;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * OpenAI's Responses API, below a base like {@code https://api.openai.com/v1}; other servers speak it too. {@link
 * OpenAiResponsesRequest} describes the mapping of requests.
 */
public final class OpenAiResponses implements Dialect {

    private static final CallIds CALL_IDS = new CallIds(null, 1, 64);
    private static final String BACKGROUND = "background";
    private static final String STORE = "store";

    private final OpenAiCompatibility openAiCompatibility;
    private final boolean background;
    private final String storedAt;

    public OpenAiResponses() {
        this(OpenAiCompatibility.defaults().withPath("/responses"));
    }

    /** @param openAiCompatibility path of requests and header of the key; other settings are not used */
    public OpenAiResponses(OpenAiCompatibility openAiCompatibility) {
        this(openAiCompatibility, false, "");
    }

    /** Returns the dialect with streams in background mode, whose answers the vendor stores. */
    public OpenAiResponses inBackground() {
        return inBackground("");
    }

    /**
     * Returns the dialect with streams in background mode, whose answers the vendor stores.
     *
     * @param storedAt path of stored answers; "" for the path of requests
     */
    public OpenAiResponses inBackground(String storedAt) {
        return new OpenAiResponses(openAiCompatibility, true, storedAt);
    }

    private OpenAiResponses(OpenAiCompatibility openAiCompatibility, boolean background, String storedAt) {
        this.openAiCompatibility = openAiCompatibility;
        this.background = background;
        this.storedAt = storedAt;
    }

    @Override
    public String name() {
        return DialectName.OPENAI_RESPONSES;
    }

    @Override
    public boolean isOwnHost(String host) {
        return host.equals("api.openai.com");
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
    public CallIds callIds() {
        return CALL_IDS;
    }

    @Override
    public ConversationRules conversationRules(String model) {
        return ConversationRules.any().withMediaInResults();
    }

    @Override
    public boolean accepts(RequestOption option, ChatRequest request) {
        return OpenAiResponsesRequest.accepts(option, request);
    }

    @Override
    public ChatRequest fitted(ChatRequest request, Consumer<String> changes) {
        if (!OpenAiModel.of(request.model()).isExact(request.options().reasoning())) {
            changes.accept("reasoning");
        }
        return request;
    }

    @Override
    public Map<String, ? extends @Nullable Object> body(ChatRequest request, boolean stream) {
        Map<String, Object> body = OpenAiResponsesRequest.body(request, stream, new ToolCallIdMapper(CALL_IDS));
        if (stream && isKept(request)) {
            body.putIfAbsent(BACKGROUND, true);
            body.putIfAbsent(STORE, true);
        }
        return body;
    }

    /** A background response has to be stored, which the caller's extra fields may forbid. */
    private boolean isKept(ChatRequest request) {
        return background && !isFalse(request, BACKGROUND) && !isFalse(request, STORE);
    }

    private static boolean isFalse(ChatRequest request, String field) {
        return Boolean.FALSE.equals(ExtraFields.of(request, DialectName.OPENAI_RESPONSES, field));
    }

    @Override
    public Object encoding() {
        return background ? DialectName.OPENAI_RESPONSES + " " + BACKGROUND : DialectName.OPENAI_RESPONSES;
    }

    @Override
    public boolean stores() {
        return background;
    }

    @Override
    public @Nullable StoredAnswer store(String provider, ChatRequest request) {
        if (!isKept(request)) {
            return null;
        }
        OpenAiResponsesStream decoder = new OpenAiResponsesStream(provider, request, true);
        String path = storedAt.isEmpty() ? openAiCompatibility.path(request.model()) : storedAt;
        return new StoredStream(provider, request, decoder, () -> rest(path, decoder));
    }

    private static String rest(String path, OpenAiResponsesStream decoder) {
        int query = path.indexOf('?');
        String place = query < 0 ? path : path.substring(0, query);
        String more = query < 0 ? "?" : path.substring(query) + "&";
        return place + "/" + PathSegment.of(decoder.id()) + more + "stream=true&starting_after=" + decoder.last();
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
        return new OpenAiResponsesStream(provider, request);
    }

    @Override
    public ChatResponse decode(String provider, ChatRequest request, byte[] body) {
        return RequiredFinishReason.of(OpenAiResponsesAnswer.read(provider, request, body));
    }
}
