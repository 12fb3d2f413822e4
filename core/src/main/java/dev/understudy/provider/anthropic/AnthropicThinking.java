package dev.understudy.provider.anthropic;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.Message;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ToolSet;
import dev.understudy.provider.dialect.DialectName;
import dev.understudy.provider.dialect.ExtraFields;
import dev.understudy.provider.dialect.ReasoningScale;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes the reasoning that is asked for as fields, and resolves combinations of parameters that Anthropic refuses while
 * thinking is enabled: thinking yields to a tool that must be called and to calls of another vendor whose results are sent,
 * top-k and a temperature other than 1 yield to thinking, and the budget is below the limit of the answer.
 */
public final class AnthropicThinking {

    private static final String THINKING = "thinking";
    private static final String OUTPUT = "output_config";
    private static final String BUDGET = "budget_tokens";

    /** Least budget that the vendor accepts. */
    private static final int LEAST_BUDGET = 1024;

    private AnthropicThinking() {}

    /**
     * Fits the thinking options to the vendor's rules.
     *
     * @param changes receives the name of each parameter that is changed
     */
    public static ChatRequest fitted(ChatRequest request, Consumer<String> changes) {
        return resolved(asked(request, changes), changes);
    }

    /** Turns the reasoning that is asked for into fields; those of the caller take precedence. */
    private static ChatRequest asked(ChatRequest request, Consumer<String> changes) {
        ChatRequest.Reasoning reasoning = request.options().reasoning();
        Map<String, Object> extra = request.extra().getOrDefault(DialectName.ANTHROPIC, Map.of());
        AnthropicModel model = AnthropicModel.of(request.model());
        if (reasoning == null || extra.containsKey(THINKING) || !model.reasons()) {
            return request;
        }
        Map<String, Object> fields = new LinkedHashMap<>(extra);
        if (reasoning.isOff()) {
            fields.put(THINKING, Map.of("type", "disabled"));
        } else if (model.adaptive()) {
            fields.put(THINKING, Map.of("type", "adaptive"));
            Map<Object, Object> output = new LinkedHashMap<>();
            output.put("effort", effort(ReasoningScale.effort(request, reasoning)));
            if (extra.get(OUTPUT) instanceof Map<?, ?> own) {
                output.putAll(own);
            }
            fields.put(OUTPUT, output);
        } else {
            fields.put(
                    THINKING,
                    ExtraFields.fields(
                            "type",
                            "enabled",
                            BUDGET,
                            Math.max(LEAST_BUDGET, ReasoningScale.budget(request, reasoning))));
        }
        if (model.adaptive() ? reasoning.budget() != null : reasoning.effort() != null) {
            changes.accept("reasoning");
        }
        return withExtra(request, fields);
    }

    private static String effort(ChatRequest.Reasoning.Effort effort) {
        return switch (effort) {
            case MINIMAL, LOW -> "low";
            case MEDIUM -> "medium";
            case HIGH -> "high";
            case MAX -> "max";
        };
    }

    private static ChatRequest resolved(ChatRequest request, Consumer<String> changes) {
        Map<String, Object> extra = request.extra().getOrDefault(DialectName.ANTHROPIC, Map.of());
        if (!(extra.get(THINKING) instanceof Map<?, ?> thinking) || "disabled".equals(thinking.get("type"))) {
            return request;
        }
        ToolSet.Choice.Mode choice = request.toolSet().choice().mode();
        if (choice == ToolSet.Choice.Mode.REQUIRED || choice == ToolSet.Choice.Mode.NAMED) {
            changes.accept(THINKING);
            return withThinking(request, extra, null);
        }
        if ("enabled".equals(thinking.get("type")) && isLoopWithoutThinking(request.messages())) {
            changes.accept(THINKING);
            return withThinking(request, extra, null);
        }
        ChatRequest fitted = request;
        Double temperature = request.sampling().temperature();
        if (temperature != null && temperature != 1) {
            changes.accept("temperature");
            fitted = request.withSampling(request.sampling().withTemperature(null));
        }
        if (request.sampling().topK() != null) {
            changes.accept("top_k");
            fitted = fitted.withSampling(fitted.sampling().withTopK(null));
        }
        return thinking.get(BUDGET) instanceof Number budget
                ? budget(fitted, extra, thinking, budget.intValue(), changes)
                : fitted;
    }

    /**
     * Returns true if the conversation ends with results of calls whose turn does not begin with thinking of this vendor,
     * because another vendor called the tools.
     */
    private static boolean isLoopWithoutThinking(List<Message> messages) {
        boolean hasResult = false;
        for (int i = messages.size() - 1; i >= 0; i--) {
            Message message = messages.get(i);
            if (message instanceof Message.Assistant assistant) {
                return hasResult && !beginsWithThinking(assistant);
            }
            if (message instanceof Message.User) {
                return false;
            }
            hasResult |= message instanceof Message.ToolResult;
        }
        return false;
    }

    private static boolean beginsWithThinking(Message.Assistant assistant) {
        for (ContentBlock block : assistant.blocks()) {
            if (block instanceof ReasoningBlock reasoning) {
                ReasoningBlock.Signature signature = reasoning.signature();
                if (signature != null && signature.origin().equals(DialectName.ANTHROPIC)) {
                    return true;
                }
            } else if (!(block instanceof ContentBlock.Text text)
                    || !text.text().isBlank()) {
                return false;
            }
        }
        return false;
    }

    /** The budget is part of the answer's limit; without a limit of the caller the answer gets its own besides. */
    private static ChatRequest budget(
            ChatRequest request, Map<String, Object> extra, Map<?, ?> thinking, int budget, Consumer<String> changes) {
        Integer limit = request.sampling().maxTokens();
        if (limit == null) {
            return extra.containsKey("max_tokens")
                    ? request
                    : request.withMaxTokens(budget + AnthropicRequest.MAX_TOKENS);
        }
        if (budget < limit) {
            return request;
        }
        changes.accept(THINKING + "." + BUDGET);
        if (limit <= LEAST_BUDGET) {
            return withThinking(request, extra, null);
        }
        Map<Object, Object> smaller = new LinkedHashMap<>(thinking);
        smaller.put(BUDGET, Math.max(LEAST_BUDGET, limit / 2));
        return withThinking(request, extra, smaller);
    }

    private static ChatRequest withThinking(ChatRequest request, Map<String, Object> extra, @Nullable Object thinking) {
        Map<String, Object> fields = new LinkedHashMap<>(extra);
        if (thinking == null) {
            fields.remove(THINKING);
        } else {
            fields.put(THINKING, thinking);
        }
        return withExtra(request, fields);
    }

    private static ChatRequest withExtra(ChatRequest request, Map<String, Object> fields) {
        Map<String, Map<String, Object>> all = new LinkedHashMap<>(request.extra());
        all.put(DialectName.ANTHROPIC, fields);
        return request.withExtra(all);
    }
}
