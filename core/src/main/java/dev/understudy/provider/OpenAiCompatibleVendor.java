package dev.understudy.provider;

import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.endpoint.OpenAiCompatibility.CallIds;
import dev.understudy.provider.endpoint.OpenAiCompatibility.Continuation;
import java.util.Locale;

/**
 * Vendors and servers that speak OpenAI's Chat Completions: where they are, and what must be known of them beforehand.
 * For {@link Providers#of(OpenAiCompatibleVendor, String...)} and {@link Providers#at(OpenAiCompatibleVendor, String, String...)}. Where an address has
 * {@code {}}, something of yours stands there: an account or a host.
 */
public enum OpenAiCompatibleVendor {
    AVIAN("https://api.avian.io/v1", like()),
    CEREBRAS("https://api.cerebras.ai/v1", like().withMaxTokensField("max_completion_tokens")),
    /** {@code {}} is the account's id. Models cannot be listed here, so there is nothing to probe. */
    CLOUDFLARE("https://api.cloudflare.com/client/v4/accounts/{}/ai/v1", like().withProbePath("")),
    CRUSOE("https://api.inference.crusoecloud.com/v1", like()),
    /** {@code {}} is the workspace's host. Usage comes with every chunk, and {@code stream_options} is refused. */
    DATABRICKS("https://{}/serving-endpoints", like().withUsageOnRequest(false).withProbePath("")),
    DEEPSEEK("https://api.deepseek.com", like()),
    /** The same vendor's address for continuing a trailing assistant message. */
    DEEPSEEK_BETA("https://api.deepseek.com/beta", like().withContinuation(Continuation.PREFIX)),
    FIREWORKS("https://api.fireworks.ai/inference/v1", like()),
    /** Google's models in the imitation of OpenAI; {@link Providers#gemini} says more. */
    GEMINI("https://generativelanguage.googleapis.com/v1beta/openai", like()),
    /** {@code {}} is the server's host and port. */
    GPUSTACK("https://{}/v1", like()),
    GROQ("https://api.groq.com/openai/v1", like().withMaxTokensField("max_completion_tokens")),
    HUGGINGFACE("https://router.huggingface.co/v1", like()),
    LLAMACPP("http://localhost:8080/v1", like()),
    LMSTUDIO("http://localhost:1234/v1", like()),
    /**
     * Refuses whatever it does not know, and ids of tool calls that are not nine letters and digits; repeats the
     * beginning when it continues an assistant message.
     */
    MISTRAL(
            "https://api.mistral.ai/v1",
            like().withUsageOnRequest(false)
                    .withSeedField("random_seed")
                    .withContinuation(Continuation.PREFIX)
                    .withCallIds(new CallIds("", 9, 9))),
    MOONSHOT("https://api.moonshot.ai/v1", like()),
    /** Ollama in the imitation of OpenAI, which loses errors inside a stream: {@link Providers#ollama} does not. */
    OLLAMA("http://localhost:11434/v1", like()),
    /** Passes ids of tool calls on to vendors that are particular about them. */
    OPENROUTER("https://openrouter.ai/api/v1", like().withCallIds(new CallIds("_-", 1, 40))),
    PERPLEXITY("https://api.perplexity.ai", like().withProbePath("")),
    SGLANG("http://localhost:30000/v1", like().withContinuation(Continuation.FLAGS)),
    /** {@code {}} is the account's host. Gives no finish reason, only the end marker. */
    SNOWFLAKE(
            "https://{}/api/v2/cortex/v1",
            like().withMaxTokensField("max_completion_tokens")
                    .withDoneCompletes(true)
                    .withProbePath("")),
    TOGETHER("https://api.together.xyz/v1", like()),
    /** Passes ids of tool calls on to vendors that are particular about them. */
    VERCEL("https://ai-gateway.vercel.sh/v1", like().withCallIds(new CallIds("_-", 1, 40))),
    VLLM("http://localhost:8000/v1", like().withContinuation(Continuation.FLAGS)),
    WRITER("https://api.writer.com/v1", like().withPath("/chat")),
    XAI("https://api.x.ai/v1", like()),
    ZAI("https://api.z.ai/api/paas/v4", like().withProbePath("")),
    /** The same vendor's address for keys of its coding plan, which count as unpaid at the other. */
    ZAI_CODING("https://api.z.ai/api/coding/paas/v4", like().withProbePath(""));

    private static final String YOURS = "{}";

    private final String url;
    private final OpenAiCompatibility openAiCompatibility;

    OpenAiCompatibleVendor(String url, OpenAiCompatibility openAiCompatibility) {
        this.url = url;
        this.openAiCompatibility = openAiCompatibility;
    }

    /** What most of them understand. */
    private static OpenAiCompatibility like() {
        return OpenAiCompatibility.defaults();
    }

    /**
     * The vendor with this label, in any case, with hyphens or underscores or neither: {@code "groq"}, {@code "zai-coding"}.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static OpenAiCompatibleVendor named(String label) {
        String plain = plain(label);
        for (OpenAiCompatibleVendor openAiCompatibleVendor : values()) {
            if (plain(openAiCompatibleVendor.name()).equals(plain)) {
                return openAiCompatibleVendor;
            }
        }
        throw new IllegalArgumentException("No vendor is called '" + label + "'");
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[-_. ]", "");
    }

    /** Its name in trails, events and metrics, unless you give it another: {@code "zai-coding"}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** What must be known of it beforehand. */
    public OpenAiCompatibility quirks() {
        return openAiCompatibility;
    }

    /**
     * Its usual address; add headers, models or connections of your own, and give it to {@link
     * Providers#of(OpenAiCompatibleVendor, Endpoint)}.
     *
     * @throws IllegalArgumentException if the address needs something of yours
     */
    public Endpoint endpoint(String... keys) {
        if (url.contains(YOURS)) {
            throw new IllegalArgumentException(
                    label() + " has no address for everybody: say what stands for {} in " + url);
        }
        return Endpoint.of(label(), url, keys);
    }

    /**
     * An address of yours.
     *
     * @param where what stands for {@code {}} in its address, or the whole base URL
     */
    public Endpoint endpointAt(String where, String... keys) {
        if (where.contains("://")) {
            return Endpoint.of(label(), where, keys);
        }
        if (!url.contains(YOURS)) {
            throw new IllegalArgumentException(label() + " is at " + url + "; another place is told by its whole URL");
        }
        if (!where.matches("[\\w.:-]+")) {
            throw new IllegalArgumentException("An account or a host has no such characters: '" + where + "'");
        }
        return Endpoint.of(label(), url.replace(YOURS, where), keys);
    }
}
