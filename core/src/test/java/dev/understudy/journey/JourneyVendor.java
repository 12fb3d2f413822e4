package dev.understudy.journey;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatProvider;
import dev.understudy.provider.OpenAiCompatibleVendor;
import dev.understudy.provider.Providers;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.testing.ScriptedServer;
import dev.understudy.testing.ScriptedServer.ChatRules;
import java.util.function.Function;

/** Vendors with a conversation format of their own, as a scripted server plays them. */
public enum JourneyVendor {
    OPENAI("/v1", Providers::openAi, "call_Qm3xV9aLr2TzKd8WnYb5EhJc"),
    OPENAI_RESPONSES("/v1", Providers::openAiResponses, "call_" + "Zt4".repeat(18)),
    ANTHROPIC("/v1", Providers::anthropic, "toolu_01T1x1fJ34qAmk2tNTrN7Up6"),
    GEMINI("/v1beta", Providers::gemini, "function-call-14123456789012345678"),
    GEMINI_INTERACTIONS("/v1beta", Providers::geminiInteractions, "call_9f3b"),
    BEDROCK_CONVERSE("", Providers::bedrock, "tooluse_kZJMlvQmRJ6eAyJE5GIl7Q"),
    BEDROCK_ANTHROPIC("", Providers::bedrockAnthropic, "toolu_bdrk_01M8bQ8f3r7"),
    COHERE("", Providers::cohere, "lookup_7zkqxh2nt3v1"),
    OLLAMA("", Providers::ollama, "functions.lookup:"),
    DEEPSEEK("/v1", endpoint -> Providers.of(OpenAiCompatibleVendor.DEEPSEEK, endpoint), "call_00_Xy7Kp2"),
    MISTRAL("/v1", endpoint -> Providers.of(OpenAiCompatibleVendor.MISTRAL, endpoint), "D681PevK");

    private final String base;
    private final Function<Endpoint, ChatProvider> provider;
    private final String callId;

    /** @param callId beginning of an id of a call in the vendor's form */
    JourneyVendor(String base, Function<Endpoint, ChatProvider> provider, String callId) {
        this.base = base;
        this.provider = provider;
        this.callId = callId;
    }

    /** Returns a provider named after the vendor, whose requests a server of the vendor's format receives. */
    public ChatProvider at(ScriptedServer server) {
        return provider.apply(Endpoint.of(name(), server.url(base), "key-of-" + name()));
    }

    /** Returns such a provider with a model of which the capabilities are declared. */
    public ChatProvider at(ScriptedServer server, String model, Capabilities capabilities) {
        return provider.apply(
                Endpoint.of(name(), server.url(base), "key-of-" + name()).withModel(model, capabilities));
    }

    /** Makes a server refuse what the vendor refuses. */
    ScriptedServer strict(ScriptedServer server) {
        return switch (this) {
            case DEEPSEEK -> server.strict(ChatRules.DEEPSEEK);
            case MISTRAL -> server.strict(ChatRules.MISTRAL);
            default -> server.strict();
        };
    }

    /** Returns true if the vendor's answers show reasoning, in a form that goes back. */
    boolean showsReasoning() {
        return this != OPENAI && this != MISTRAL;
    }

    /** Returns true if signatures of one vendor are valid at another: both serve the same models. */
    boolean sharesSignatures(JourneyVendor other) {
        return this == other || (isAnthropic() && other.isAnthropic());
    }

    private boolean isAnthropic() {
        return this == ANTHROPIC || this == BEDROCK_ANTHROPIC;
    }

    /** Returns an id of a call in the vendor's form. */
    String callId(int number) {
        return callId + number;
    }
}
