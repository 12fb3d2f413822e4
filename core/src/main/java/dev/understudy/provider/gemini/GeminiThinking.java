package dev.understudy.provider.gemini;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatRequest.Reasoning;
import dev.understudy.chat.ChatRequest.Reasoning.Effort;
import dev.understudy.provider.dialect.ReasoningScale;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Encodes the reasoning that is asked for. From Gemini 3 on an effort is a level; Gemini 2.5 is given a budget; earlier
 * models do not reason.
 */
final class GeminiThinking {

    /** Models before 2.5, and Google's open models. */
    private static final Pattern WITHOUT = Pattern.compile("gemini-(?:1|2\\.0)|gemma|learnlm");

    /** Greatest budget that all models of 2.5 accept, and the least of those that always reason. */
    private static final int MOST = 24_576;

    private static final int LEAST = 128;

    private GeminiThinking() {}

    static boolean isKnownTo(String model) {
        return !WITHOUT.matcher(model.toLowerCase(Locale.ROOT)).find();
    }

    private static boolean isPro(String model) {
        return model.toLowerCase(Locale.ROOT).contains("pro");
    }

    /** Returns true if the model takes the reasoning as it is asked for, or none is asked for. */
    static boolean isExact(ChatRequest request) {
        Reasoning reasoning = request.options().reasoning();
        if (reasoning == null || !isKnownTo(request.model())) {
            return true;
        }
        boolean levels = GeminiContents.signs(request.model());
        if (reasoning.isOff()) {
            return !levels && !isPro(request.model());
        }
        Integer budget = reasoning.budget();
        return budget != null
                ? budget <= MOST
                : levels && reasoning.effort() != Effort.MAX && !(isMinimal(reasoning) && isPro(request.model()));
    }

    private static boolean isMinimal(Reasoning reasoning) {
        return reasoning.effort() == Effort.MINIMAL;
    }

    /** Returns the fields of {@code thinkingConfig}; empty without any. */
    static Map<String, Object> of(ChatRequest request) {
        Reasoning reasoning = request.options().reasoning();
        Map<String, Object> fields = new LinkedHashMap<>();
        if (reasoning == null || !isKnownTo(request.model())) {
            return fields;
        }
        boolean pro = isPro(request.model());
        if (GeminiContents.signs(request.model()) && reasoning.budget() == null) {
            Effort effort = reasoning.effort();
            fields.put("thinkingLevel", level(effort == null ? Effort.MINIMAL : effort, pro));
        } else {
            int least = pro ? LEAST : 0;
            fields.put("thinkingBudget", Math.max(least, Math.min(MOST, ReasoningScale.budget(request, reasoning))));
        }
        if (!reasoning.isOff()) {
            fields.put("includeThoughts", true);
        }
        return fields;
    }

    private static String level(Effort effort, boolean pro) {
        return switch (effort) {
            case MINIMAL -> pro ? "low" : "minimal";
            case LOW -> "low";
            case MEDIUM -> "medium";
            case HIGH, MAX -> "high";
        };
    }
}
