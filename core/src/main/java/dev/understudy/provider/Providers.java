package dev.understudy.provider;

import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.Failure;
import dev.understudy.chat.StreamChunk.ResumeToken;
import dev.understudy.provider.anthropic.Anthropic;
import dev.understudy.provider.bedrock.BedrockAnthropic;
import dev.understudy.provider.bedrock.BedrockConverse;
import dev.understudy.provider.catalog.ModelCatalog;
import dev.understudy.provider.cohere.Cohere;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.error.ExceptionClassifier;
import dev.understudy.provider.gemini.Gemini;
import dev.understudy.provider.gemini.GeminiInteractions;
import dev.understudy.provider.http.HttpProvider;
import dev.understudy.provider.ollama.Ollama;
import dev.understudy.provider.openai.OpenAiChat;
import dev.understudy.provider.openai.responses.OpenAiResponses;
import java.net.URI;
import java.nio.file.Path;
import java.time.LocalDate;
import reactor.core.publisher.Mono;

/**
 * Factory of providers. A factory method sends nothing and does not block; bad addresses and keys fail with
 * {@link IllegalArgumentException}. Each provider has a connection pool of its own, which {@link ChatProvider#close()}
 * releases. Several keys are used in turn, and a rejected one is replaced by the next within the same call.
 */
public final class Providers {

    private static final String OPENAI = "https://api.openai.com/v1";
    private static final String ANTHROPIC = "https://api.anthropic.com/v1";
    private static final String GEMINI = "https://generativelanguage.googleapis.com/v1beta";
    private static final String COHERE = "https://api.cohere.com";

    private Providers() {}

    /**
     * OpenAI through Chat Completions, named "openai".
     *
     * @param keys API keys, used in turn
     * @return a new provider
     */
    public static ChatProvider openAi(String... keys) {
        return openAi(Endpoint.of("openai", OPENAI, keys));
    }

    /**
     * OpenAI through Chat Completions, with custom headers, models or connections.
     *
     * @param endpoint address, keys and options
     * @return a new provider
     */
    public static ChatProvider openAi(Endpoint endpoint) {
        return openAiCompatible(endpoint, OpenAiCompatibility.openAi());
    }

    /**
     * Any server that implements OpenAI's Chat Completions, named after its host.
     *
     * @param baseUrl URL that {@code /chat/completions} is appended to: {@code https://api.groq.com/openai/v1},
     *     {@code http://localhost:8000/v1}
     * @param keys API keys, used in turn; none for servers without keys
     * @return a new provider
     * @throws IllegalArgumentException if the URL is invalid, or is http and not loopback
     */
    public static ChatProvider openAiCompatible(String baseUrl, String... keys) {
        URI url = URI.create(baseUrl);
        String host = url.getHost() == null ? "openai-compatible" : url.getHost();
        String name = url.getPort() < 0 ? host : host + ":" + url.getPort();
        return openAiCompatible(Endpoint.of(name, baseUrl, keys), OpenAiCompatibility.defaults());
    }

    /**
     * Any server that implements OpenAI's Chat Completions, with its differences from the default.
     *
     * @param endpoint address, keys and options
     * @param openAiCompatibility differences of the server
     * @return a new provider
     */
    public static ChatProvider openAiCompatible(Endpoint endpoint, OpenAiCompatibility openAiCompatibility) {
        return new HttpProvider(endpoint, new OpenAiChat(openAiCompatibility));
    }

    /**
     * A vendor that implements OpenAI's Chat Completions, at its default address and named after it:
     * {@code Providers.of(OpenAiCompatibleVendor.GROQ, key)}.
     *
     * @param openAiCompatibleVendor the vendor
     * @param keys API keys, used in turn; none for servers without keys
     * @return a new provider
     * @throws IllegalArgumentException if the vendor's address needs an account or a host: see {@link #at}
     */
    public static ChatProvider of(OpenAiCompatibleVendor openAiCompatibleVendor, String... keys) {
        return of(openAiCompatibleVendor, openAiCompatibleVendor.endpoint(keys));
    }

    /**
     * A vendor that implements OpenAI's Chat Completions, at an address of your own:
     * {@code Providers.at(OpenAiCompatibleVendor.VLLM, "http://localhost:9000/v1")},
     * {@code Providers.at(OpenAiCompatibleVendor.CLOUDFLARE, account, key)}.
     *
     * @param openAiCompatibleVendor the vendor
     * @param where account or host that the vendor's address needs, or a whole base URL
     * @param keys API keys, used in turn; none for servers without keys
     * @return a new provider
     * @throws IllegalArgumentException if {@code where} is neither a URL nor an account or host that the address needs
     */
    public static ChatProvider at(OpenAiCompatibleVendor openAiCompatibleVendor, String where, String... keys) {
        return of(openAiCompatibleVendor, openAiCompatibleVendor.endpointAt(where, keys));
    }

    /**
     * A vendor that implements OpenAI's Chat Completions, with custom headers, models or connections.
     *
     * @param openAiCompatibleVendor the vendor
     * @param endpoint address, keys and options
     * @return a new provider
     */
    public static ChatProvider of(OpenAiCompatibleVendor openAiCompatibleVendor, Endpoint endpoint) {
        return openAiCompatible(endpoint, openAiCompatibleVendor.compatibility());
    }

    /**
     * OpenAI through Responses, named "openai".
     *
     * @param keys API keys, used in turn
     * @return a new provider
     */
    public static ChatProvider openAiResponses(String... keys) {
        return openAiResponses(Endpoint.of("openai", OPENAI, keys));
    }

    /**
     * OpenAI, or a server that implements its Responses API, with custom headers, models or connections.
     *
     * @param endpoint address, keys and options
     * @return a new provider
     */
    public static ChatProvider openAiResponses(Endpoint endpoint) {
        return new HttpProvider(endpoint, new OpenAiResponses());
    }

    /**
     * OpenAI through Responses with streams in background mode, named "openai": see
     * {@link #openAiBackground(Endpoint)}.
     *
     * @param keys API keys, used in turn
     * @return a new provider
     */
    public static ChatProvider openAiBackground(String... keys) {
        return openAiBackground(Endpoint.of("openai", OPENAI, keys));
    }

    /**
     * OpenAI through Responses, with streams in background mode: OpenAI continues an answer whose connection was lost,
     * and sends the rest to a later request with its {@link ResumeToken}. The provider declares
     * {@link dev.understudy.chat.Feature#SAME_RESPONSE}.
     *
     * <p>Background mode has costs, so it is a separate provider: OpenAI stores each answer, the first token arrives
     * later, and an answer that is cancelled or abandoned is generated, and billed, to its end. A request opts out with
     * {@code withExtra("openai-responses", "background", false)}. Calls without streaming work as with
     * {@link #openAiResponses}.
     *
     * @param endpoint address, keys and options
     * @return a new provider
     */
    public static ChatProvider openAiBackground(Endpoint endpoint) {
        return new HttpProvider(endpoint, new OpenAiResponses().inBackground());
    }

    /**
     * Azure OpenAI through Chat Completions in the v1 form, named "azure". Model names are names of deployments.
     *
     * @param url {@code https://NAME.openai.azure.com}
     * @param keys API keys, used in turn
     * @return a new provider
     */
    public static ChatProvider azure(String url, String... keys) {
        return openAiCompatible(Endpoint.of("azure", url, keys), OpenAiCompatibility.azure());
    }

    /**
     * Azure OpenAI through Chat Completions in the classic form, with the deployment in the path. Model names are names
     * of deployments.
     *
     * @param endpoint address ({@code https://NAME.openai.azure.com}), keys and options
     * @param apiVersion version of the API, {@code "2024-10-21"} for one
     * @return a new provider
     */
    public static ChatProvider azureClassic(Endpoint endpoint, String apiVersion) {
        return openAiCompatible(endpoint, OpenAiCompatibility.azure(apiVersion));
    }

    /**
     * Azure OpenAI through Responses in the v1 form.
     *
     * @param endpoint address ({@code https://NAME.openai.azure.com}), keys and options
     * @return a new provider
     */
    public static ChatProvider azureResponses(Endpoint endpoint) {
        return new HttpProvider(
                endpoint, new OpenAiResponses(OpenAiCompatibility.azure().withPath("/openai/v1/responses")));
    }

    /**
     * Azure OpenAI through Responses in the v1 form, with streams in background mode: see
     * {@link #openAiBackground(Endpoint)}.
     *
     * @param endpoint address ({@code https://NAME.openai.azure.com}), keys and options
     * @return a new provider
     */
    public static ChatProvider azureBackground(Endpoint endpoint) {
        OpenAiCompatibility azure = OpenAiCompatibility.azure().withPath("/openai/v1/responses");
        return new HttpProvider(endpoint, new OpenAiResponses(azure).inBackground());
    }

    /**
     * Perplexity's Agent API, which speaks Responses, with streams in background mode: see
     * {@link #openAiBackground(Endpoint)}. Stored answers are read at {@code /v1/responses}.
     *
     * @param endpoint address ({@code https://api.perplexity.ai}), keys and options
     * @return a new provider
     */
    public static ChatProvider perplexityBackground(Endpoint endpoint) {
        OpenAiCompatibility perplexity =
                OpenAiCompatibility.defaults().withPath("/v1/agent").withProbePath("");
        return new HttpProvider(endpoint, new OpenAiResponses(perplexity).inBackground("/v1/responses"));
    }

    /**
     * AWS Bedrock through Converse, named "bedrock".
     *
     * @param region AWS region, {@code us-east-1} for one
     * @param keys Bedrock API keys, used in turn
     * @return a new provider
     */
    public static ChatProvider bedrock(String region, String... keys) {
        return bedrock(Endpoint.of("bedrock", "https://bedrock-runtime." + region + ".amazonaws.com", keys));
    }

    /**
     * AWS Bedrock through Converse, with custom headers, models or connections.
     *
     * @param endpoint address, Bedrock API keys and options
     * @return a new provider
     */
    public static ChatProvider bedrock(Endpoint endpoint) {
        return new HttpProvider(endpoint, new BedrockConverse());
    }

    /**
     * AWS Bedrock through Converse, with signed requests.
     *
     * @param endpoint address and options, without keys
     * @param signer signs each request
     * @return a new provider
     */
    public static ChatProvider bedrock(Endpoint endpoint, Endpoint.Signer signer) {
        return new HttpProvider(endpoint, new BedrockConverse(), signer);
    }

    /**
     * Anthropic's models on AWS Bedrock through InvokeModel, in Anthropic's own format: for fields that Converse does
     * not support.
     *
     * @param endpoint address, Bedrock API keys and options
     * @return a new provider
     */
    public static ChatProvider bedrockAnthropic(Endpoint endpoint) {
        return new HttpProvider(endpoint, new BedrockAnthropic());
    }

    /**
     * Anthropic's models on AWS Bedrock through InvokeModel, with signed requests.
     *
     * @param endpoint address and options, without keys
     * @param signer signs each request
     * @return a new provider
     */
    public static ChatProvider bedrockAnthropic(Endpoint endpoint, Endpoint.Signer signer) {
        return new HttpProvider(endpoint, new BedrockAnthropic(), signer);
    }

    /**
     * Anthropic through Messages, named "anthropic".
     *
     * @param keys API keys, used in turn
     * @return a new provider
     */
    public static ChatProvider anthropic(String... keys) {
        return anthropic(Endpoint.of("anthropic", ANTHROPIC, keys));
    }

    /**
     * Anthropic, or a server that implements its Messages API, with custom headers, models or connections.
     *
     * @param endpoint address, keys and options
     * @return a new provider
     */
    public static ChatProvider anthropic(Endpoint endpoint) {
        return new HttpProvider(endpoint, new Anthropic(ModelCatalog.maxOutput(endpoint.baseUrl(), endpoint.models())));
    }

    /**
     * Google's Gemini through generateContent, named "gemini".
     *
     * @param keys API keys, used in turn
     * @return a new provider
     */
    public static ChatProvider gemini(String... keys) {
        return gemini(Endpoint.of("gemini", GEMINI, keys));
    }

    /**
     * Google's Gemini, or a server that implements its generateContent, with custom headers, models or connections.
     *
     * @param endpoint keys, options, and the URL that {@code /models/NAME:generateContent} is appended to
     * @return a new provider
     */
    public static ChatProvider gemini(Endpoint endpoint) {
        return new HttpProvider(endpoint, new Gemini());
    }

    /**
     * Google's Gemini through Interactions, named "gemini". Google is asked not to keep the interaction.
     *
     * @param keys API keys, used in turn
     * @return a new provider
     */
    public static ChatProvider geminiInteractions(String... keys) {
        return geminiInteractions(Endpoint.of("gemini", GEMINI, keys));
    }

    /**
     * Google's Gemini through Interactions, with custom headers, models or connections. Google is asked not to keep the
     * interaction.
     *
     * @param endpoint keys, options, and the URL that {@code /interactions} is appended to
     * @return a new provider
     */
    public static ChatProvider geminiInteractions(Endpoint endpoint) {
        return new HttpProvider(endpoint, new GeminiInteractions());
    }

    /**
     * Google's Gemini through Interactions with streams in background mode, which Google keeps: an answer whose connection
     * was lost is read on from the last event, as with {@link #openAiBackground(Endpoint)}. A request opts out with
     * {@code withExtra("gemini-interactions", "background", false)}.
     *
     * @param endpoint keys, options, and the URL that {@code /interactions} is appended to
     * @return a new provider
     */
    public static ChatProvider geminiBackground(Endpoint endpoint) {
        return new HttpProvider(endpoint, new GeminiInteractions().inBackground());
    }

    /**
     * Ollama through its own /api/chat, named "ollama".
     *
     * @param baseUrl URL that {@code /api/chat} is appended to: {@code http://localhost:11434}
     * @param keys API keys, used in turn; none for a server without keys
     * @return a new provider
     */
    public static ChatProvider ollama(String baseUrl, String... keys) {
        return ollama(Endpoint.of("ollama", baseUrl, keys));
    }

    /**
     * Ollama through its own /api/chat, with a custom name, headers, models or connections.
     *
     * @param endpoint address, keys and options
     * @return a new provider
     */
    public static ChatProvider ollama(Endpoint endpoint) {
        return new HttpProvider(endpoint, new Ollama());
    }

    /**
     * Cohere through Chat, version 2, named "cohere".
     *
     * @param keys API keys, used in turn
     * @return a new provider
     */
    public static ChatProvider cohere(String... keys) {
        return cohere(Endpoint.of("cohere", COHERE, keys));
    }

    /**
     * Cohere through Chat, version 2, with custom headers, models or connections.
     *
     * @param endpoint keys, options, and the URL that {@code /v2/chat} is appended to
     * @return a new provider
     */
    public static ChatProvider cohere(Endpoint endpoint) {
        return new HttpProvider(endpoint, new Cohere());
    }

    /**
     * Replaces the published figures of models (context window, output limit, prices) by those of a document in the form
     * of {@code models.json} in the jar, for all providers of the process. Features and other facts of the jar stay. An
     * Anthropic provider keeps the output limits that were known when it was made.
     *
     * @param source URL of the document, and how it is reached; at most 4 MiB, within 30 s
     * @return the date of the figures in use from then on; fails with {@link dev.understudy.chat.ChatException}, and then
     *     the figures in use stay
     */
    public static Mono<LocalDate> refreshCatalog(Endpoint source) {
        return CatalogSource.refresh(source);
    }

    /**
     * Replaces the published figures of models by those of a file: see {@link #refreshCatalog(Endpoint)}.
     *
     * @param file the document, at most 4 MiB; read on a thread for blocking work
     * @return the date of the figures in use from then on; fails with {@link dev.understudy.chat.ChatException}, and then
     *     the figures in use stay
     */
    public static Mono<LocalDate> refreshCatalog(Path file) {
        return CatalogSource.refresh(file);
    }

    /**
     * A copy of a provider whose {@link ChatProvider#probe()} is a GET of a path below its base URL.
     *
     * @param provider a provider made by this class
     * @param path path that begins with a slash: {@code "/health"}
     * @return the copy, on the connections of the given provider
     * @throws IllegalArgumentException if the provider was not made by this class, or the path does not begin with a
     *     slash
     */
    public static ChatProvider probedAt(ChatProvider provider, String path) {
        if (!(provider instanceof HttpProvider http) || !path.startsWith("/")) {
            throw new IllegalArgumentException(
                    "A provider made by Providers is probed at a path that begins with a slash");
        }
        return http.probedAt(path);
    }

    /**
     * Returns the classifier that an understudy uses for exceptions of providers that were not made by this class: knows the
     * exceptions of the JDK, of Netty and of common SDKs, their HTTP status and their Retry-After. For adapters that
     * signal {@link dev.understudy.chat.ChatException} themselves.
     *
     * @return the classifier
     */
    public static Failure.Classifier failureClassifier() {
        return new ExceptionClassifier();
    }
}
