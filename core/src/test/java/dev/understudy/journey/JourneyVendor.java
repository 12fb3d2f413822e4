package dev.understudy.journey;

import dev.understudy.chat.ChatProvider;
import dev.understudy.provider.OpenAiCompatibleVendor;
import dev.understudy.provider.Providers;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.testing.ScriptedServer;
import java.util.function.Function;

/** Vendors with a conversation format of their own, as a scripted server plays them. */
public enum JourneyVendor {
    OPENAI("/v1", Providers::openAi),
    OPENAI_RESPONSES("/v1", Providers::openAiResponses),
    ANTHROPIC("/v1", Providers::anthropic),
    GEMINI("/v1beta", Providers::gemini),
    BEDROCK_CONVERSE("", Providers::bedrock),
    BEDROCK_ANTHROPIC("", Providers::bedrockAnthropic),
    COHERE("", Providers::cohere),
    OLLAMA("", Providers::ollama),
    DEEPSEEK("/v1", endpoint -> Providers.of(OpenAiCompatibleVendor.DEEPSEEK, endpoint)),
    MISTRAL("/v1", endpoint -> Providers.of(OpenAiCompatibleVendor.MISTRAL, endpoint));

    private final String base;
    private final Function<Endpoint, ChatProvider> provider;

    JourneyVendor(String base, Function<Endpoint, ChatProvider> provider) {
        this.base = base;
        this.provider = provider;
    }

    /** Returns a provider named after the vendor, whose requests a server of the vendor's format receives. */
    public ChatProvider at(ScriptedServer server) {
        return provider.apply(Endpoint.of(name(), server.url(base), "key-of-" + name()));
    }
}
