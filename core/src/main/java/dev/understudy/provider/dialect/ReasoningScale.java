package dev.understudy.provider.dialect;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatRequest.Reasoning;
import dev.understudy.chat.ChatRequest.Reasoning.Effort;

/**
 * Converts an effort to a budget and back: the budget is a share of the answer's limit, a tenth for MINIMAL, a fifth for
 * LOW, half for MEDIUM, four fifths for HIGH and MAX.
 */
public final class ReasoningScale {

    /** Limit of an answer whose request has none. */
    static final int LIMIT = 16_384;

    private ReasoningScale() {}

    /** Returns the budget in tokens; 0 if reasoning is off. */
    public static int budget(ChatRequest request, Reasoning reasoning) {
        Effort effort = reasoning.effort();
        if (effort != null) {
            return Math.max(1, (int) ((long) limit(request) * percent(effort) / 100));
        }
        Integer budget = reasoning.budget();
        return budget == null ? 0 : budget;
    }

    /** Returns the effort, or the one whose budget is nearest. Reasoning that is off counts as MINIMAL. */
    public static Effort effort(ChatRequest request, Reasoning reasoning) {
        if (reasoning.effort() != null) {
            return reasoning.effort();
        }
        Integer budget = reasoning.budget();
        Effort nearest = Effort.MINIMAL;
        for (Effort effort : new Effort[] {Effort.LOW, Effort.MEDIUM, Effort.HIGH}) {
            int between = (percent(nearest) + percent(effort)) / 2;
            if (budget != null && budget > (long) limit(request) * between / 100) {
                nearest = effort;
            }
        }
        return nearest;
    }

    private static int limit(ChatRequest request) {
        Integer limit = request.sampling().maxTokens();
        return limit == null ? LIMIT : limit;
    }

    private static int percent(Effort effort) {
        return switch (effort) {
            case MINIMAL -> 10;
            case LOW -> 20;
            case MEDIUM -> 50;
            case HIGH, MAX -> 80;
        };
    }
}
