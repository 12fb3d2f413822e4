package dev.understudy.ops;

import dev.understudy.chat.ChatProvider;
import dev.understudy.provider.Endpoint;
import dev.understudy.provider.Providers;
import dev.understudy.provider.Quirks;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The wires that a provider may be configured with, besides the presets of vendors. */
enum Speech {
    OPENAI("https://api.openai.com/v1", Quirks.openAi()),
    OPENAI_COMPATIBLE(null, Quirks.defaults()),
    OPENAI_RESPONSES("https://api.openai.com/v1", Providers::openAiResponses),
    OPENAI_BACKGROUND("https://api.openai.com/v1", Providers::openAiBackground),
    AZURE(null, Quirks.azure()),
    AZURE_CLASSIC(null, Quirks.azure("version")),
    AZURE_RESPONSES(null, Providers::azureResponses),
    ANTHROPIC("https://api.anthropic.com/v1", Providers::anthropic),
    GEMINI("https://generativelanguage.googleapis.com/v1beta", Providers::gemini),
    COHERE("https://api.cohere.com", Providers::cohere),
    OLLAMA("http://localhost:11434", Providers::ollama),
    BEDROCK(null, Providers::bedrock),
    BEDROCK_ANTHROPIC(null, Providers::bedrockAnthropic);

    private final @Nullable String usualUrl;
    private final @Nullable Quirks quirks;
    private final @Nullable Function<Endpoint, ChatProvider> factory;

    /** Chat Completions. */
    Speech(@Nullable String usualUrl, Quirks quirks) {
        this.usualUrl = usualUrl;
        this.quirks = quirks;
        this.factory = null;
    }

    Speech(@Nullable String usualUrl, Function<Endpoint, ChatProvider> factory) {
        this.usualUrl = usualUrl;
        this.quirks = null;
        this.factory = factory;
    }

    /** Where it is when nothing is said; {@code null} if that must be said. */
    @Nullable
    String usualUrl() {
        return usualUrl;
    }

    /** What Chat Completions look like there; {@code null} for other wires. */
    @Nullable
    Quirks quirks() {
        return quirks;
    }

    boolean isBedrock() {
        return this == BEDROCK || this == BEDROCK_ANTHROPIC;
    }

    /** @param quirks for Chat Completions; {@code null} for other wires */
    ChatProvider provider(Endpoint endpoint, @Nullable Quirks quirks) {
        return factory != null
                ? factory.apply(endpoint)
                : Providers.openAiCompatible(endpoint, quirks == null ? Quirks.defaults() : quirks);
    }
}
