package dev.understudy.provider;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.provider.Quirks.CallIds;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * OpenAI's Responses API, below a base like {@code https://api.openai.com/v1}; others speak it too. How requests are
 * mapped stands at {@link OpenAiResponsesRequest}.
 */
final class OpenAiResponses implements Dialect {

    /** The name, also of the seals of its thoughts. */
    static final String NAME = "openai-responses";

    private static final CallIds CALL_IDS = new CallIds(null, 1, 64);
    private static final String BACKGROUND = "background";

    private final Quirks quirks;
    private final boolean background;

    OpenAiResponses() {
        this(Quirks.defaults().withPath("/responses"));
    }

    /** @param quirks where requests and the key go; the rest of them does not count here */
    OpenAiResponses(Quirks quirks) {
        this(quirks, false);
    }

    /** The same with streams in background mode, so that the vendor keeps their answers. */
    OpenAiResponses inBackground() {
        return new OpenAiResponses(quirks, true);
    }

    private OpenAiResponses(Quirks quirks, boolean background) {
        this.quirks = quirks;
        this.background = background;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean isAtHome(String host) {
        return host.equals("api.openai.com");
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
    public CallIds callIds() {
        return CALL_IDS;
    }

    @Override
    public Map<String, ? extends @Nullable Object> body(ChatRequest request, boolean stream) {
        Map<String, Object> body = OpenAiResponsesRequest.body(request, stream, new CallIdSpelling(CALL_IDS));
        if (background && stream) {
            body.putIfAbsent(BACKGROUND, true);
            body.putIfAbsent("store", true);
        }
        return body;
    }

    @Override
    public Object encoding() {
        return background ? NAME + " " + BACKGROUND : NAME;
    }

    @Override
    public boolean keeps() {
        return background;
    }

    @Override
    public @Nullable StoredAnswer keep(String provider, ChatRequest request) {
        Object wished = request.extra().getOrDefault(NAME, Map.of()).get(BACKGROUND);
        return background && !Boolean.FALSE.equals(wished)
                ? new KeptResponse(provider, request.model(), quirks.path(request.model()))
                : null;
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
        return new OpenAiResponsesStream(provider, request.model());
    }

    @Override
    public ChatResponse decode(String provider, ChatRequest request, byte[] body) {
        return OpenAiResponsesAnswer.read(provider, request.model(), body);
    }
}
