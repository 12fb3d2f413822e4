package dev.understudy.provider;

import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.endpoint.OpenAiCompatibility.CallIds;
import dev.understudy.provider.endpoint.OpenAiCompatibility.Continuation;
import dev.understudy.provider.endpoint.OpenAiCompatibility.Option;
import dev.understudy.provider.endpoint.OpenAiCompatibility.ReasoningField;
import dev.understudy.provider.endpoint.OpenAiCompatibility.ReasoningReplay;
import dev.understudy.provider.endpoint.OpenAiCompatibility.RoleOrder;
import java.util.Locale;

/**
 * Vendors and servers that implement OpenAI's Chat Completions, with their addresses and differences, for
 * {@link Providers#of(OpenAiCompatibleVendor, String...)} and
 * {@link Providers#at(OpenAiCompatibleVendor, String, String...)}. An address with {@code {}} needs an account or a
 * host in that place.
 */
public enum OpenAiCompatibleVendor {
    /** Avian. */
    AVIAN("https://api.avian.io/v1", like()),
    /** Cerebras. */
    CEREBRAS("https://api.cerebras.ai/v1", like().withMaxTokensField("max_completion_tokens")),
    /** Cloudflare Workers AI; {@code {}} is the account's id. Models cannot be listed, so probes always succeed. */
    CLOUDFLARE("https://api.cloudflare.com/client/v4/accounts/{}/ai/v1", like().withProbePath("")),
    /** Crusoe. */
    CRUSOE("https://api.inference.crusoecloud.com/v1", like()),
    /**
     * Databricks; {@code {}} is the workspace's host. Each chunk has the usage, and {@code stream_options} is rejected.
     */
    DATABRICKS("https://{}/serving-endpoints", like().withUsageOnRequest(false).withProbePath("")),
    /** DeepSeek. A turn with tool calls needs its reasoning. */
    DEEPSEEK("https://api.deepseek.com", thinking().withReasoningReplay(ReasoningReplay.REQUIRED)),
    /** DeepSeek's beta address, which continues a trailing assistant message. */
    DEEPSEEK_BETA(
            "https://api.deepseek.com/beta",
            thinking().withContinuation(Continuation.PREFIX).withReasoningReplay(ReasoningReplay.REQUIRED)),
    /** Fireworks AI. */
    FIREWORKS("https://api.fireworks.ai/inference/v1", like().withOption(Option.TOP_K)),
    /** Google's Gemini in its OpenAI-compatible form; {@link Providers#gemini} supports more. */
    GEMINI(
            "https://generativelanguage.googleapis.com/v1beta/openai",
            like().withReasoningReplay(ReasoningReplay.SIGNED)),
    /** GPUStack; {@code {}} is the server's host and port. */
    GPUSTACK("https://{}/v1", server()),
    /** Groq. */
    GROQ("https://api.groq.com/openai/v1", like().withMaxTokensField("max_completion_tokens")),
    /** Hugging Face's router of inference providers. */
    HUGGINGFACE("https://router.huggingface.co/v1", like()),
    /** Server of llama.cpp, on port 8080 of this machine by default. */
    LLAMACPP("http://localhost:8080/v1", server()),
    /** LM Studio, on port 1234 of this machine by default. */
    LMSTUDIO("http://localhost:1234/v1", server()),
    /**
     * Mistral. Unknown fields are rejected, and so are ids of tool calls other than nine letters and digits; a
     * continued assistant message is repeated from its beginning.
     */
    MISTRAL(
            "https://api.mistral.ai/v1",
            like().withUsageOnRequest(false)
                    .withSeedField("random_seed")
                    .withContinuation(Continuation.PREFIX)
                    .withCallIds(new CallIds("", 9, 9))
                    .withRoleOrder(RoleOrder.ANSWERED_RESULTS)
                    .withoutOption(Option.USER)
                    .withoutOption(Option.LOGPROBS)),
    /** Moonshot AI. A turn with tool calls needs its reasoning. */
    MOONSHOT("https://api.moonshot.ai/v1", thinking().withReasoningReplay(ReasoningReplay.REQUIRED)),
    /** Ollama in its OpenAI-compatible form, which loses errors inside a stream; {@link Providers#ollama} does not. */
    OLLAMA("http://localhost:11434/v1", like().withLoading(true)),
    /** OpenRouter. Ids of tool calls are passed on to vendors that restrict them. */
    OPENROUTER(
            "https://openrouter.ai/api/v1",
            like().withCallIds(new CallIds("_-", 1, 40))
                    .withReasoningField(ReasoningField.OBJECT)
                    .withOption(Option.TOP_K)
                    .withOption(Option.CACHE_HINTS)
                    .withOption(Option.SERVICE_TIER)),
    /** Perplexity. Models cannot be listed, so probes always succeed. */
    PERPLEXITY("https://api.perplexity.ai", like().withProbePath("").withRoleOrder(RoleOrder.ALTERNATING)),
    /** SGLang, on port 30000 of this machine by default. */
    SGLANG("http://localhost:30000/v1", server().withContinuation(Continuation.FLAGS)),
    /** Snowflake Cortex; {@code {}} is the account's host. Streams have no finish reason, only the end marker. */
    SNOWFLAKE(
            "https://{}/api/v2/cortex/v1",
            like().withMaxTokensField("max_completion_tokens")
                    .withDoneCompletes(true)
                    .withProbePath("")),
    /** Together AI. */
    TOGETHER("https://api.together.xyz/v1", like().withOption(Option.TOP_K)),
    /** Vercel AI Gateway. Ids of tool calls are passed on to vendors that restrict them. */
    VERCEL("https://ai-gateway.vercel.sh/v1", like().withCallIds(new CallIds("_-", 1, 40))),
    /** vLLM, on port 8000 of this machine by default. */
    VLLM("http://localhost:8000/v1", server().withContinuation(Continuation.FLAGS)),
    /** Writer. */
    WRITER("https://api.writer.com/v1", like().withPath("/chat")),
    /** xAI. */
    XAI("https://api.x.ai/v1", like()),
    /** Z.ai. */
    ZAI("https://api.z.ai/api/paas/v4", thinking().withProbePath("")),
    /** Z.ai's address for keys of its coding plan, which are unpaid at the other address. */
    ZAI_CODING("https://api.z.ai/api/coding/paas/v4", thinking().withProbePath(""));

    private static final String PLACEHOLDER = "{}";

    private final String url;
    private final OpenAiCompatibility openAiCompatibility;

    OpenAiCompatibleVendor(String url, OpenAiCompatibility openAiCompatibility) {
        this.url = url;
        this.openAiCompatibility = openAiCompatibility;
    }

    private static OpenAiCompatibility like() {
        return OpenAiCompatibility.defaults();
    }

    /** A vendor whose models think unless they are told not to. */
    private static OpenAiCompatibility thinking() {
        return like().withReasoningField(ReasoningField.THINKING);
    }

    /** A server of one's own: loads models when they are requested, and renders messages with a chat template. */
    private static OpenAiCompatibility server() {
        return like().withLoading(true)
                .withRoleOrder(RoleOrder.ALTERNATING)
                .withReasoningField(ReasoningField.TEMPLATE)
                .withOption(Option.TOP_K);
    }

    /**
     * Finds a vendor by its label, in any case, with hyphens, underscores or neither: {@code "groq"},
     * {@code "zai-coding"}.
     *
     * @param label label of the vendor
     * @return the vendor
     * @throws IllegalArgumentException if there is none with this label
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

    /**
     * Default name of the vendor's provider in logs, events and metrics: {@code "zai-coding"}.
     *
     * @return the label, in lower case with hyphens
     */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * Differences of the vendor from OpenAI's Chat Completions.
     *
     * @return the differences
     */
    public OpenAiCompatibility compatibility() {
        return openAiCompatibility;
    }

    /**
     * Endpoint at the vendor's default address, to be extended with headers, models or connections and passed to
     * {@link Providers#of(OpenAiCompatibleVendor, Endpoint)}.
     *
     * @param keys API keys, used in turn; none for servers without keys
     * @return the endpoint, named after the label
     * @throws IllegalArgumentException if the address needs an account or a host
     */
    public Endpoint endpoint(String... keys) {
        if (url.contains(PLACEHOLDER)) {
            throw new IllegalArgumentException(label() + " needs an account or a host for {} in " + url);
        }
        return Endpoint.of(label(), url, keys);
    }

    /**
     * Endpoint at an address of your own.
     *
     * @param where value of {@code {}} in the vendor's address, or the whole base URL
     * @param keys API keys, used in turn; none for servers without keys
     * @return the endpoint, named after the label
     * @throws IllegalArgumentException if {@code where} is not a URL and the vendor's address has no {@code {}}, or it
     *     has characters that an account or host cannot have
     */
    public Endpoint endpointAt(String where, String... keys) {
        if (where.contains("://")) {
            return Endpoint.of(label(), where, keys);
        }
        if (!url.contains(PLACEHOLDER)) {
            throw new IllegalArgumentException(label() + " is at " + url + "; another address is given as a whole URL");
        }
        if (!where.matches("[\\w.:-]+")) {
            throw new IllegalArgumentException(
                    "An account or a host has only the characters A-Z a-z 0-9 _ . : -, unlike '" + where + "'");
        }
        return Endpoint.of(label(), url.replace(PLACEHOLDER, where), keys);
    }
}
