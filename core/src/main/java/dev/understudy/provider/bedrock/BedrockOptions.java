package dev.understudy.provider.bedrock;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatRequest.Reasoning;
import dev.understudy.provider.anthropic.AnthropicModel;
import dev.understudy.provider.anthropic.AnthropicThinking;
import dev.understudy.provider.dialect.DialectName;
import dev.understudy.provider.dialect.ExtraFields;
import dev.understudy.provider.dialect.ReasoningScale;
import dev.understudy.provider.dialect.RequestOption;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** Encodes options that Converse has fields for, and those that it passes on to models unchanged. */
final class BedrockOptions {

    static final String MODEL_FIELDS = "additionalModelRequestFields";

    private BedrockOptions() {}

    static boolean accepts(RequestOption option, ChatRequest request) {
        BedrockModel model = BedrockModel.of(request.model());
        return switch (option) {
            case TEMPERATURE, TOP_P, MAX_TOKENS, STOP, STRICT_TOOLS, STRICT_SCHEMA, SERVICE_TIER, METADATA -> true;
            case TOP_K -> model == BedrockModel.CLAUDE || model == BedrockModel.NOVA;
            case CACHE_HINTS -> model.isCaching();
            case REASONING ->
                model == BedrockModel.CLAUDE
                        ? AnthropicModel.of(request.model()).reasons()
                        : isReasoningNova(request.model());
            case SEED, FREQUENCY_PENALTY, PRESENCE_PENALTY, PARALLEL_TOOL_CALLS, USER, LOGPROBS -> false;
        };
    }

    private static boolean isReasoningNova(String model) {
        return BedrockModel.of(model) == BedrockModel.NOVA && model.contains("nova-2");
    }

    static void put(ChatRequest request, Map<String, Object> body) {
        ChatRequest.Options options = request.options();
        BedrockModel model = BedrockModel.of(request.model());
        Map<String, Object> fields = new LinkedHashMap<>();
        Integer topK = request.sampling().topK();
        if (topK != null && model == BedrockModel.CLAUDE) {
            fields.put("top_k", topK);
        } else if (topK != null && model == BedrockModel.NOVA) {
            fields.put("inferenceConfig", Map.of("topK", topK));
        }
        Reasoning reasoning = options.reasoning();
        if (reasoning != null && isReasoningNova(request.model())) {
            fields.put("reasoningConfig", nova(request, reasoning));
        }
        if (!fields.isEmpty()) {
            body.put(MODEL_FIELDS, fields);
        }
        if (options.serviceTier() != null) {
            String tier = options.serviceTier() == ChatRequest.ServiceTier.STANDARD
                    ? "default"
                    : options.serviceTier().name().toLowerCase(Locale.ROOT);
            body.put("serviceTier", Map.of("type", tier));
        }
        if (!options.metadata().isEmpty()) {
            body.put("requestMetadata", options.metadata());
        }
    }

    private static Map<String, Object> nova(ChatRequest request, Reasoning reasoning) {
        if (reasoning.isOff()) {
            return Map.of("type", "disabled");
        }
        String effort =
                switch (ReasoningScale.effort(request, reasoning)) {
                    case MINIMAL, LOW -> "low";
                    case MEDIUM -> "medium";
                    case HIGH, MAX -> "high";
                };
        return ExtraFields.fields("type", "enabled", "maxReasoningEffort", effort);
    }

    /** Applies the rules of Claude's own API to the fields that are passed on to Claude. */
    static ChatRequest fitted(ChatRequest request, Consumer<String> changes) {
        Reasoning reasoning = request.options().reasoning();
        if (BedrockModel.of(request.model()) != BedrockModel.CLAUDE) {
            if (reasoning != null && reasoning.budget() != null && isReasoningNova(request.model())) {
                changes.accept("reasoning");
            }
            return request;
        }
        Map<String, Object> extra = request.extra().getOrDefault(DialectName.BEDROCK_CONVERSE, Map.of());
        Map<String, Object> passed = new LinkedHashMap<>();
        if (extra.get(MODEL_FIELDS) instanceof Map<?, ?> own) {
            own.forEach((name, value) -> passed.put(String.valueOf(name), value));
        }
        if (reasoning == null && !passed.containsKey("thinking")) {
            return request;
        }
        ChatRequest fitted =
                AnthropicThinking.fitted(request.withExtra(Map.of(DialectName.ANTHROPIC, passed)), changes);
        Map<String, Object> fields = fitted.extra().getOrDefault(DialectName.ANTHROPIC, Map.of());
        Map<String, Object> converse = new LinkedHashMap<>(extra);
        if (!fields.isEmpty() || extra.containsKey(MODEL_FIELDS)) {
            converse.put(MODEL_FIELDS, fields);
        }
        Map<String, Map<String, Object>> all = new LinkedHashMap<>(request.extra());
        if (!converse.isEmpty()) {
            all.put(DialectName.BEDROCK_CONVERSE, converse);
        }
        return fitted.withExtra(all);
    }
}
