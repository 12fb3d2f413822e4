package dev.understudy.testing;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Selects the format of a request by its path. */
final class WireFormats {

    static final WireFormat OPEN_AI = new OpenAiChatFormat();
    static final WireFormat RESPONSES = new OpenAiResponsesFormat();
    static final WireFormat ANTHROPIC = new AnthropicFormat();
    static final WireFormat GEMINI = new GeminiFormat();
    static final WireFormat OLLAMA = new OllamaFormat();
    static final WireFormat COHERE = new CohereFormat();
    static final WireFormat CONVERSE = new ConverseFormat();
    static final WireFormat INVOKE = new InvokeFormat();

    private static final Pattern GENERATE = Pattern.compile(":(generateContent|streamGenerateContent)$");
    private static final Pattern MODEL = Pattern.compile("/model/[^/]+/(converse|invoke).*$");

    private WireFormats() {}

    /** Returns the format of a chat request; {@code null} for any other request. */
    static @Nullable WireFormat of(String path) {
        if (path.endsWith("/chat/completions")) {
            return OPEN_AI;
        }
        if (path.endsWith("/responses")) {
            return RESPONSES;
        }
        if (path.endsWith("/messages")) {
            return ANTHROPIC;
        }
        if (path.endsWith("/api/chat")) {
            return OLLAMA;
        }
        if (path.endsWith("/v2/chat")) {
            return COHERE;
        }
        if (GENERATE.matcher(path).find()) {
            return GEMINI;
        }
        if (MODEL.matcher(path).find()) {
            return path.contains("/converse") ? CONVERSE : INVOKE;
        }
        return null;
    }

    /** Returns the list of models that a probe requests; {@code null} for any other path. */
    static @Nullable String models(String path) {
        if (path.endsWith("/api/tags")) {
            return OllamaFormat.models();
        }
        return path.endsWith("/models") ? OpenAiChatFormat.models() : null;
    }
}
