package dev.understudy.ops.config;

import dev.understudy.chat.ChatProvider;
import dev.understudy.provider.Providers;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Wire protocols that can be configured without a vendor's preset. */
enum WireProtocol {
    OPENAI("https://api.openai.com/v1", OpenAiCompatibility.openAi()),
    OPENAI_COMPATIBLE(null, OpenAiCompatibility.defaults()),
    OPENAI_RESPONSES("https://api.openai.com/v1", Providers::openAiResponses),
    OPENAI_BACKGROUND("https://api.openai.com/v1", Providers::openAiBackground),
    AZURE(null, OpenAiCompatibility.azure()),
    AZURE_CLASSIC(null, OpenAiCompatibility.azure("version")),
    AZURE_RESPONSES(null, Providers::azureResponses),
    AZURE_BACKGROUND(null, Providers::azureBackground),
    PERPLEXITY_BACKGROUND("https://api.perplexity.ai", Providers::perplexityBackground),
    ANTHROPIC("https://api.anthropic.com/v1", Providers::anthropic),
    GEMINI("https://generativelanguage.googleapis.com/v1beta", Providers::gemini),
    GEMINI_INTERACTIONS("https://generativelanguage.googleapis.com/v1beta", Providers::geminiInteractions),
    GEMINI_BACKGROUND("https://generativelanguage.googleapis.com/v1beta", Providers::geminiBackground),
    COHERE("https://api.cohere.com", Providers::cohere),
    OLLAMA("http://localhost:11434", Providers::ollama),
    BEDROCK(null, Providers::bedrock),
    BEDROCK_ANTHROPIC(null, Providers::bedrockAnthropic);

    private final @Nullable String usualUrl;
    private final @Nullable OpenAiCompatibility openAiCompatibility;
    private final @Nullable Function<Endpoint, ChatProvider> factory;

    /** Creates the protocol of an OpenAI-compatible server. */
    WireProtocol(@Nullable String usualUrl, OpenAiCompatibility openAiCompatibility) {
        this.usualUrl = usualUrl;
        this.openAiCompatibility = openAiCompatibility;
        this.factory = null;
    }

    WireProtocol(@Nullable String usualUrl, Function<Endpoint, ChatProvider> factory) {
        this.usualUrl = usualUrl;
        this.openAiCompatibility = null;
        this.factory = factory;
    }

    /** Returns the default base URL; {@code null} if it must be configured. */
    @Nullable
    String usualUrl() {
        return usualUrl;
    }

    /** Returns the default compatibility for Chat Completions; {@code null} for other wire protocols. */
    @Nullable
    OpenAiCompatibility compatibility() {
        return openAiCompatibility;
    }

    boolean isBedrock() {
        return this == BEDROCK || this == BEDROCK_ANTHROPIC;
    }

    /** @param openAiCompatibility for Chat Completions; {@code null} for other wire protocols */
    ChatProvider provider(Endpoint endpoint, @Nullable OpenAiCompatibility openAiCompatibility) {
        return factory != null
                ? factory.apply(endpoint)
                : Providers.openAiCompatible(
                        endpoint, openAiCompatibility == null ? OpenAiCompatibility.defaults() : openAiCompatibility);
    }
}
