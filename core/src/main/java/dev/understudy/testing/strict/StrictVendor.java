package dev.understudy.testing.strict;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/** Vendors with their rules, in the order in which they are applied. */
public enum StrictVendor {
    OPENAI(OpenAiRules.RULES),
    DEEPSEEK(DeepSeekRules.RULES),
    MISTRAL(MistralRules.RULES),
    CHAT_TEMPLATE(TemplateRules.RULES),
    OPENAI_RESPONSES(ResponsesRules.RULES),
    ANTHROPIC(AnthropicRules.RULES),
    BEDROCK_ANTHROPIC(AnthropicRules.RULES),
    BEDROCK_CONVERSE(ConverseRules.RULES),
    BEDROCK_LLAMA_MISTRAL(ConverseRules.OF_LLAMA_AND_MISTRAL),
    GEMINI(GeminiRules.RULES),
    GEMINI_INTERACTIONS(InteractionsRules.RULES),
    COHERE(CohereRules.RULES),
    OLLAMA(OllamaRules.RULES);

    private static final JsonMapper JSON = new JsonMapper();

    /** Resolves its deserializer here: a mapper does that at its first use, behind a lock that blocks event loops. */
    private static final ObjectReader READER = JSON.readerFor(JsonNode.class);

    private final List<StrictRule> rules;

    StrictVendor(List<StrictRule> rules) {
        this.rules = rules;
    }

    public List<StrictRule> rules() {
        return rules;
    }

    /**
     * Returns the refusal by the first rule that the request violates; {@code null} if it keeps all rules.
     *
     * @param body the request, JSON as text; other text violates what an empty object violates
     */
    public StrictRule.@Nullable Refusal refusal(String body, SentBlocks sent) {
        JsonNode json;
        try {
            json = READER.readTree(body);
        } catch (JacksonException notJson) {
            json = JSON.createObjectNode();
        }
        return refusal(json, sent);
    }

    StrictRule.@Nullable Refusal refusal(JsonNode body, SentBlocks sent) {
        for (StrictRule rule : rules) {
            StrictRule.Refusal refusal = rule.refusal(body, sent);
            if (refusal != null) {
                return refusal;
            }
        }
        return null;
    }
}
