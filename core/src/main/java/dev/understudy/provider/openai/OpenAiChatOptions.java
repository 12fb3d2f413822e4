package dev.understudy.provider.openai;

import static dev.understudy.provider.dialect.ExtraFields.fields;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatRequest.Reasoning;
import dev.understudy.chat.SamplingParameters;
import dev.understudy.provider.dialect.ReasoningScale;
import dev.understudy.provider.dialect.RequestOption;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.endpoint.OpenAiCompatibility.Option;
import dev.understudy.provider.endpoint.OpenAiCompatibility.ReasoningField;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Encodes the options of a Chat Completions request that not every server accepts. */
final class OpenAiChatOptions {

    private OpenAiChatOptions() {}

    static boolean accepts(RequestOption option, ChatRequest request, OpenAiCompatibility compatibility) {
        OpenAiCompatibility.Options options = compatibility.options();
        return switch (option) {
            case TEMPERATURE, TOP_P, MAX_TOKENS, STOP, STRICT_SCHEMA -> true;
            case SEED -> compatibility.fields().seed() != null;
            case FREQUENCY_PENALTY, PRESENCE_PENALTY -> options.accepted().contains(Option.PENALTIES);
            case REASONING ->
                options.reasoning() != ReasoningField.NONE
                        && (options.reasoning() != ReasoningField.EFFORT
                                || OpenAiModel.of(request.model()).reasons());
            default -> options.accepted().contains(Option.valueOf(option.name()));
        };
    }

    /** Returns true if the reasoning that is asked for has a form of its own at the server. */
    static boolean isExact(ChatRequest request, OpenAiCompatibility.Options options) {
        Reasoning reasoning = request.options().reasoning();
        if (reasoning == null) {
            return true;
        }
        OpenAiModel model = OpenAiModel.of(request.model());
        return switch (options.reasoning()) {
            case NONE, OBJECT -> true;
            case EFFORT -> model.isExact(reasoning);
            case THINKING -> reasoning.isOff();
            case TEMPLATE -> reasoning.isOff() || model.isExact(reasoning);
        };
    }

    static void put(ChatRequest request, OpenAiCompatibility.Options options, Map<String, @Nullable Object> body) {
        ChatRequest.Options asked = request.options();
        SamplingParameters sampling = request.sampling();
        if (options.accepted().contains(Option.TOP_K)) {
            putIfAsked(body, "top_k", sampling.topK());
        }
        if (options.accepted().contains(Option.PENALTIES)) {
            putIfAsked(body, "frequency_penalty", sampling.frequencyPenalty());
            putIfAsked(body, "presence_penalty", sampling.presencePenalty());
        }
        if (asked.reasoning() != null) {
            reasoning(request, asked.reasoning(), options.reasoning(), body);
        }
        if (options.accepted().contains(Option.PARALLEL_TOOL_CALLS)
                && !request.toolSet().isEmpty()) {
            putIfAsked(body, "parallel_tool_calls", asked.parallelToolCalls());
        }
        if (options.accepted().contains(Option.SERVICE_TIER)) {
            putIfAsked(body, "service_tier", tier(asked.serviceTier()));
        }
        if (options.accepted().contains(Option.USER)) {
            putIfAsked(body, "user", asked.user());
        }
        if (options.accepted().contains(Option.METADATA) && !asked.metadata().isEmpty()) {
            body.put("metadata", asked.metadata());
        }
        Integer logprobs = asked.topLogprobs();
        if (options.accepted().contains(Option.LOGPROBS) && logprobs != null) {
            body.put("logprobs", true);
            putIfAsked(body, "top_logprobs", logprobs == 0 ? null : logprobs);
        }
    }

    private static void putIfAsked(Map<String, @Nullable Object> body, String field, @Nullable Object value) {
        if (value != null) {
            body.put(field, value);
        }
    }

    private static @Nullable String tier(ChatRequest.@Nullable ServiceTier tier) {
        if (tier == null) {
            return null;
        }
        return tier == ChatRequest.ServiceTier.STANDARD
                ? "default"
                : tier.name().toLowerCase(Locale.ROOT);
    }

    private static void reasoning(
            ChatRequest request, Reasoning reasoning, ReasoningField field, Map<String, @Nullable Object> body) {
        OpenAiModel model = OpenAiModel.of(request.model());
        String effort = model.effort(ReasoningScale.effort(request, reasoning));
        switch (field) {
            case NONE -> {}
            case EFFORT -> {
                if (model.reasons()) {
                    body.put("reasoning_effort", reasoning.isOff() ? model.least() : effort);
                }
            }
            case OBJECT ->
                body.put(
                        "reasoning",
                        reasoning.isOff()
                                ? Map.of("enabled", false)
                                : reasoning.budget() != null
                                        ? Map.of("max_tokens", reasoning.budget())
                                        : Map.of("effort", effort));
            case THINKING -> body.put("thinking", fields("type", reasoning.isOff() ? "disabled" : "enabled"));
            case TEMPLATE -> {
                body.put("chat_template_kwargs", Map.of("enable_thinking", !reasoning.isOff()));
                if (!reasoning.isOff()) {
                    body.put("reasoning_effort", effort);
                }
            }
        }
    }
}
