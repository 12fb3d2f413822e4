package dev.understudy.provider;

import dev.understudy.chat.ChatProvider;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;

/**
 * Makes providers. Nothing is sent by making one; each has a connection pool of its own, which {@link
 * ChatProvider#close()} lets go. Of several keys the next one is used with each call, and at once when one is turned away.
 */
public final class Providers {

    private static final String OPENAI = "https://api.openai.com/v1";
    private static final String ANTHROPIC = "https://api.anthropic.com/v1";

    private Providers() {}

    /** OpenAI, through Chat Completions, named "openai". */
    public static ChatProvider openAi(String... keys) {
        return openAi(Endpoint.of("openai", OPENAI, keys));
    }

    /** OpenAI, through Chat Completions: with headers, models or connections of your own. */
    public static ChatProvider openAi(Endpoint endpoint) {
        return openAiCompatible(endpoint, Quirks.openAi());
    }

    /**
     * Any server that speaks OpenAI's Chat Completions, named after its host.
     *
     * @param baseUrl what {@code /chat/completions} is appended to: {@code https://api.groq.com/openai/v1},
     *     {@code http://localhost:8000/v1}
     * @param keys none for servers without keys
     */
    public static ChatProvider openAiCompatible(String baseUrl, String... keys) {
        URI url = URI.create(baseUrl);
        String host = url.getHost() == null ? "openai-compatible" : url.getHost();
        String name = url.getPort() < 0 ? host : host + ":" + url.getPort();
        return openAiCompatible(Endpoint.of(name, baseUrl, keys), Quirks.defaults());
    }

    /** Any server that speaks OpenAI's Chat Completions, with what is particular about it. */
    public static ChatProvider openAiCompatible(Endpoint endpoint, Quirks quirks) {
        return new HttpProvider(endpoint, new OpenAiChat(quirks));
    }

    /** Anthropic, through Messages, named "anthropic". */
    public static ChatProvider anthropic(String... keys) {
        return anthropic(Endpoint.of("anthropic", ANTHROPIC, keys));
    }

    /** Anthropic, or a server that speaks its Messages: with headers, models or connections of your own. */
    public static ChatProvider anthropic(Endpoint endpoint) {
        Map<String, Integer> maxOutput = new HashMap<>();
        endpoint.models().forEach((model, known) -> {
            if (known.maxOutput() != null) {
                maxOutput.put(model, known.maxOutput());
            }
        });
        return new HttpProvider(endpoint, new Anthropic(maxOutput));
    }
}
