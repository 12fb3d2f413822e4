package dev.understudy.testing;

import dev.understudy.testing.strict.StrictVendor;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Selects the format of a request by its path. */
final class WireFormats {

    static final WireFormat OPEN_AI = new OpenAiChatFormat();
    static final WireFormat RESPONSES = new OpenAiResponsesFormat();
    static final WireFormat ANTHROPIC = new AnthropicFormat();
    static final WireFormat GEMINI = new GeminiFormat();
    static final WireFormat INTERACTIONS = new InteractionsFormat();
    static final WireFormat OLLAMA = new OllamaFormat();
    static final WireFormat COHERE = new CohereFormat();
    static final WireFormat CONVERSE = new ConverseFormat();
    static final WireFormat INVOKE = new InvokeFormat();

    private static final Pattern GENERATE = Pattern.compile(":(generateContent|streamGenerateContent)$");
    private static final Pattern APART = Pattern.compile("/model/[^/]*(meta\\.llama|mistral\\.)");
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
        if (path.endsWith("/interactions")) {
            return INTERACTIONS;
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

    /** Returns the vendor whose rules hold for a format and a path; for Chat Completions the given one. */
    static StrictVendor vendor(WireFormat wireFormat, String path, StrictVendor chat) {
        if (wireFormat instanceof OpenAiResponsesFormat) {
            return StrictVendor.OPENAI_RESPONSES;
        }
        if (wireFormat instanceof AnthropicFormat) {
            return StrictVendor.ANTHROPIC;
        }
        if (wireFormat instanceof InvokeFormat) {
            return StrictVendor.BEDROCK_ANTHROPIC;
        }
        if (wireFormat instanceof ConverseFormat) {
            return APART.matcher(path).find() ? StrictVendor.BEDROCK_LLAMA_MISTRAL : StrictVendor.BEDROCK_CONVERSE;
        }
        if (wireFormat instanceof InteractionsFormat) {
            return StrictVendor.GEMINI_INTERACTIONS;
        }
        if (wireFormat instanceof GeminiFormat) {
            return StrictVendor.GEMINI;
        }
        if (wireFormat instanceof CohereFormat) {
            return StrictVendor.COHERE;
        }
        return wireFormat instanceof OllamaFormat ? StrictVendor.OLLAMA : chat;
    }

    /** Returns the list of models that a probe requests; {@code null} for any other path. */
    static @Nullable String models(String path) {
        if (path.endsWith("/api/tags")) {
            return OllamaFormat.models();
        }
        return path.endsWith("/models") ? OpenAiChatFormat.models() : null;
    }
}
