package dev.understudy.provider;

import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ResumeToken;
import dev.understudy.provider.anthropic.Anthropic;
import dev.understudy.provider.bedrock.BedrockAnthropic;
import dev.understudy.provider.bedrock.BedrockConverse;
import dev.understudy.provider.catalog.ModelCatalog;
import dev.understudy.provider.cohere.Cohere;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.gemini.Gemini;
import dev.understudy.provider.http.HttpProvider;
import dev.understudy.provider.ollama.Ollama;
import dev.understudy.provider.openai.OpenAiChat;
import dev.understudy.provider.openai.responses.OpenAiResponses;
import java.net.URI;

/**
 * Makes providers. Nothing is sent by making one; each has a connection pool of its own, which {@link
 * ChatProvider#close()} lets go. Of several keys the next one is used with each call, and at once when one is turned away.
 */
public final class Providers {

    private static final String OPENAI = "https://api.openai.com/v1";
    private static final String ANTHROPIC = "https://api.anthropic.com/v1";
    private static final String GEMINI = "https://generativelanguage.googleapis.com/v1beta";
    private static final String COHERE = "https://api.cohere.com";

    private Providers() {}

    /** OpenAI, through Chat Completions, named "openai". */
    public static ChatProvider openAi(String... keys) {
        return openAi(Endpoint.of("openai", OPENAI, keys));
    }

    /** OpenAI, through Chat Completions: with headers, models or connections of your own. */
    public static ChatProvider openAi(Endpoint endpoint) {
        return openAiCompatible(endpoint, OpenAiCompatibility.openAi());
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
        return openAiCompatible(Endpoint.of(name, baseUrl, keys), OpenAiCompatibility.defaults());
    }

    /** Any server that speaks OpenAI's Chat Completions, with what is particular about it. */
    public static ChatProvider openAiCompatible(Endpoint endpoint, OpenAiCompatibility openAiCompatibility) {
        return new HttpProvider(endpoint, new OpenAiChat(openAiCompatibility));
    }

    /**
     * A vendor that speaks OpenAI's Chat Completions, at its usual address and named after it: {@code
     * Providers.of(Vendor.GROQ, key)}.
     *
     * @param keys none for servers without keys
     * @throws IllegalArgumentException if its address needs an account or a host: see {@link #at}
     */
    public static ChatProvider of(OpenAiCompatibleVendor openAiCompatibleVendor, String... keys) {
        return of(openAiCompatibleVendor, openAiCompatibleVendor.endpoint(keys));
    }

    /**
     * The same at an address of yours: {@code Providers.at(Vendor.VLLM, "http://localhost:9000/v1")}, {@code
     * Providers.at(Vendor.CLOUDFLARE, account, key)}.
     *
     * @param where the account or host that the vendor's address needs, or a whole base URL
     */
    public static ChatProvider at(OpenAiCompatibleVendor openAiCompatibleVendor, String where, String... keys) {
        return of(openAiCompatibleVendor, openAiCompatibleVendor.endpointAt(where, keys));
    }

    /** The same with headers, models or connections of your own. */
    public static ChatProvider of(OpenAiCompatibleVendor openAiCompatibleVendor, Endpoint endpoint) {
        return openAiCompatible(endpoint, openAiCompatibleVendor.quirks());
    }

    /** OpenAI, through Responses, named "openai". */
    public static ChatProvider openAiResponses(String... keys) {
        return openAiResponses(Endpoint.of("openai", OPENAI, keys));
    }

    /** OpenAI, or a server that speaks its Responses: with headers, models or connections of your own. */
    public static ChatProvider openAiResponses(Endpoint endpoint) {
        return new HttpProvider(endpoint, new OpenAiResponses());
    }

    /** {@link #openAiBackground(Endpoint)} at OpenAI's usual address, named "openai". */
    public static ChatProvider openAiBackground(String... keys) {
        return openAiBackground(Endpoint.of("openai", OPENAI, keys));
    }

    /**
     * OpenAI, through Responses, with streams in background mode: OpenAI goes on with an answer whose connection was lost,
     * and tells the rest to whoever asks again ({@link ResumeToken}). It declares SAME_RESPONSE.
     *
     * <p>This is a provider of its own because it has a price: OpenAI stores each answer, the first word comes later, and
     * an answer that is cancelled or given up is produced, and paid for, to its end. A request can do without by {@code
     * withExtra("openai-responses", "background", false)}. Whole answers are asked for as by {@link #openAiResponses}.
     */
    public static ChatProvider openAiBackground(Endpoint endpoint) {
        return new HttpProvider(endpoint, new OpenAiResponses().inBackground());
    }

    /**
     * Azure OpenAI, through Chat Completions in the v1 form, named "azure". Models are named as their deployments are.
     *
     * @param url {@code https://NAME.openai.azure.com}
     */
    public static ChatProvider azure(String url, String... keys) {
        return openAiCompatible(Endpoint.of("azure", url, keys), OpenAiCompatibility.azure());
    }

    /** Azure OpenAI, through Chat Completions in the classic form, which has the deployment in the path. */
    public static ChatProvider azureClassic(Endpoint endpoint, String apiVersion) {
        return openAiCompatible(endpoint, OpenAiCompatibility.azure(apiVersion));
    }

    /** Azure OpenAI, through Responses in the v1 form. */
    public static ChatProvider azureResponses(Endpoint endpoint) {
        return new HttpProvider(
                endpoint, new OpenAiResponses(OpenAiCompatibility.azure().withPath("/openai/v1/responses")));
    }

    /**
     * AWS Bedrock, through Converse, named "bedrock".
     *
     * @param region {@code us-east-1}
     * @param keys Bedrock API keys
     */
    public static ChatProvider bedrock(String region, String... keys) {
        return bedrock(Endpoint.of("bedrock", "https://bedrock-runtime." + region + ".amazonaws.com", keys));
    }

    /** AWS Bedrock, through Converse: with headers, models or connections of your own. */
    public static ChatProvider bedrock(Endpoint endpoint) {
        return new HttpProvider(endpoint, new BedrockConverse());
    }

    /** AWS Bedrock, through Converse, with requests that are signed; the endpoint has no keys then. */
    public static ChatProvider bedrock(Endpoint endpoint, Endpoint.Signer signer) {
        return new HttpProvider(endpoint, new BedrockConverse(), signer);
    }

    /**
     * Anthropic's models on AWS Bedrock, through InvokeModel, with the words of Anthropic's own dialect: for what
     * Converse does not know.
     */
    public static ChatProvider bedrockAnthropic(Endpoint endpoint) {
        return new HttpProvider(endpoint, new BedrockAnthropic());
    }

    /** The same with requests that are signed; the endpoint has no keys then. */
    public static ChatProvider bedrockAnthropic(Endpoint endpoint, Endpoint.Signer signer) {
        return new HttpProvider(endpoint, new BedrockAnthropic(), signer);
    }

    /** Anthropic, through Messages, named "anthropic". */
    public static ChatProvider anthropic(String... keys) {
        return anthropic(Endpoint.of("anthropic", ANTHROPIC, keys));
    }

    /** Anthropic, or a server that speaks its Messages: with headers, models or connections of your own. */
    public static ChatProvider anthropic(Endpoint endpoint) {
        return new HttpProvider(endpoint, new Anthropic(ModelCatalog.maxOutput(endpoint.baseUrl(), endpoint.models())));
    }

    /** Google's Gemini, through generateContent, named "gemini". */
    public static ChatProvider gemini(String... keys) {
        return gemini(Endpoint.of("gemini", GEMINI, keys));
    }

    /**
     * Google's Gemini, or a server that speaks its generateContent: with headers, models or connections of your own. The
     * base URL is what {@code /models/NAME:generateContent} is appended to.
     */
    public static ChatProvider gemini(Endpoint endpoint) {
        return new HttpProvider(endpoint, new Gemini());
    }

    /**
     * Ollama, through its own /api/chat, named "ollama".
     *
     * @param baseUrl what {@code /api/chat} is appended to: {@code http://localhost:11434}
     * @param keys none for a server of your own
     */
    public static ChatProvider ollama(String baseUrl, String... keys) {
        return ollama(Endpoint.of("ollama", baseUrl, keys));
    }

    /** Ollama, through its own /api/chat: with a name, headers, models or connections of your own. */
    public static ChatProvider ollama(Endpoint endpoint) {
        return new HttpProvider(endpoint, new Ollama());
    }

    /** Cohere, through Chat in its second version, named "cohere". */
    public static ChatProvider cohere(String... keys) {
        return cohere(Endpoint.of("cohere", COHERE, keys));
    }

    /** Cohere: with headers, models or connections of your own. {@code /v2/chat} is appended to the base URL. */
    public static ChatProvider cohere(Endpoint endpoint) {
        return new HttpProvider(endpoint, new Cohere());
    }

    /**
     * The same provider, whose {@link ChatProvider#probe()} is a GET of this path below its base URL: {@code "/health"}.
     *
     * @throws IllegalArgumentException if it was not made here, or the path does not begin with a slash
     */
    public static ChatProvider probedAt(ChatProvider provider, String path) {
        if (!(provider instanceof HttpProvider http) || !path.startsWith("/")) {
            throw new IllegalArgumentException(
                    "A provider made by Providers is probed at a path that begins with a slash");
        }
        return http.probedAt(path);
    }
}
