package dev.understudy.provider.openai;

import dev.understudy.chat.ChatRequest.Reasoning;
import dev.understudy.chat.ChatRequest.Reasoning.Effort;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Family of an OpenAI model, by its name, which may be the name of a deployment or of a reseller. A name that tells
 * nothing counts as a reasoning model, because a refusal of the field is learned from.
 *
 * @param reasons the model accepts {@code reasoning_effort}
 * @param off the model can answer without reasoning
 * @param minimal the model has the effort {@code minimal}
 * @param most the model's greatest effort
 */
public record OpenAiModel(boolean reasons, boolean off, boolean minimal, String most) {

    private static final Pattern O_SERIES = Pattern.compile("(?:^|[^a-z0-9])o[1-9](?:[^a-z0-9]|$)");
    private static final Pattern GPT = Pattern.compile("gpt-?(\\d{1,2})(?:\\.(\\d{1,2}))?(o?)([a-z0-9.-]*)");

    private static final OpenAiModel UNKNOWN = new OpenAiModel(true, true, false, "high");

    public static OpenAiModel of(String model) {
        String name = model.toLowerCase(Locale.ROOT);
        if (O_SERIES.matcher(name).find()) {
            return new OpenAiModel(true, false, false, "high");
        }
        if (name.contains("gpt-oss")) {
            return new OpenAiModel(true, false, false, "high");
        }
        Matcher gpt = GPT.matcher(name);
        if (!gpt.find()) {
            return UNKNOWN;
        }
        int major = Integer.parseInt(gpt.group(1));
        if (major < 5 || major == 35 || gpt.group(4).contains("chat")) {
            return new OpenAiModel(false, true, false, "high");
        }
        int minor = gpt.group(2) == null ? 0 : Integer.parseInt(gpt.group(2));
        boolean first = major == 5 && minor == 0;
        return new OpenAiModel(true, !first, first, first || (major == 5 && minor == 1) ? "high" : "xhigh");
    }

    /** Returns the value of {@code reasoning_effort}. */
    public String effort(Effort effort) {
        return switch (effort) {
            case MINIMAL -> minimal ? "minimal" : "low";
            case LOW -> "low";
            case MEDIUM -> "medium";
            case HIGH -> "high";
            case MAX -> most;
        };
    }

    /** Returns true if the model takes this reasoning as it is asked for, or none is asked for. */
    public boolean isExact(@Nullable Reasoning reasoning) {
        if (reasoning == null || !reasons) {
            return true;
        }
        if (reasoning.isOff()) {
            return off;
        }
        return reasoning.effort() != null && (reasoning.effort() != Effort.MINIMAL || minimal);
    }

    /** Returns the value of {@code reasoning_effort} for no reasoning, or for as little as possible. */
    public String least() {
        return off ? "none" : effort(Effort.MINIMAL);
    }
}
