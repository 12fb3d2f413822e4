package dev.understudy.provider.dialect;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Message;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.SamplingParameters;
import dev.understudy.chat.Tool;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/** Options of a request that not every target has a word for. */
public enum RequestOption {
    /** Temperature. */
    TEMPERATURE(request -> request.sampling().temperature() != null),
    /** Probability mass of nucleus sampling. */
    TOP_P(request -> request.sampling().topP() != null),
    /** Number of most probable tokens. */
    TOP_K(request -> request.sampling().topK() != null),
    /** Limit of the answer. */
    MAX_TOKENS(request -> request.sampling().maxTokens() != null),
    /** Stop sequences. */
    STOP(request -> !request.sampling().stop().isEmpty()),
    /** Seed. */
    SEED(request -> request.sampling().seed() != null),
    /** Penalty of frequent tokens. */
    FREQUENCY_PENALTY(request -> request.sampling().frequencyPenalty() != null),
    /** Penalty of tokens that occurred. */
    PRESENCE_PENALTY(request -> request.sampling().presencePenalty() != null),
    /** Reasoning: off, an effort or a budget. */
    REASONING(request -> request.options().reasoning() != null),
    /** Several tool calls in one turn. */
    PARALLEL_TOOL_CALLS(request ->
            request.options().parallelToolCalls() != null && !request.toolSet().isEmpty()),
    /** Tools whose schema is enforced. */
    STRICT_TOOLS(RequestOption::hasStrictTool),
    /** Schema of the answer that is enforced. */
    STRICT_SCHEMA(request -> request.format() instanceof ResponseFormat.JsonSchema schema && schema.strict()),
    /** Ends of prefixes that are to be cached. */
    CACHE_HINTS(RequestOption::isHinted),
    /** Class of service. */
    SERVICE_TIER(request -> request.options().serviceTier() != null),
    /** Pseudonym of the end user. */
    USER(request -> request.options().user() != null),
    /** Values that the vendor keeps. */
    METADATA(request -> !request.options().metadata().isEmpty()),
    /** Log probabilities of tokens. */
    LOGPROBS(request -> request.options().topLogprobs() != null);

    private static final RequestOption[] ALL = values();

    private final Predicate<ChatRequest> set;

    RequestOption(Predicate<ChatRequest> set) {
        this.set = set;
    }

    /** Returns the options that a request has set. */
    public static List<RequestOption> of(ChatRequest request) {
        List<RequestOption> options = new ArrayList<>(0);
        boolean plain = request.sampling().equals(SamplingParameters.defaults())
                && request.options().equals(ChatRequest.Options.defaults());
        for (RequestOption option : ALL) {
            if ((!plain || option.isOutsideParameters()) && option.set.test(request)) {
                options.add(option);
            }
        }
        return options;
    }

    private boolean isOutsideParameters() {
        return this == STRICT_TOOLS || this == STRICT_SCHEMA || this == CACHE_HINTS;
    }

    /** Returns the name in events, such as {@code top_k}. */
    public String parameter() {
        return name().toLowerCase(Locale.ROOT);
    }

    private static boolean hasStrictTool(ChatRequest request) {
        for (Tool tool : request.toolSet().tools()) {
            if (tool.strict()) {
                return true;
            }
        }
        return false;
    }

    private static boolean isHinted(ChatRequest request) {
        for (Tool tool : request.toolSet().tools()) {
            if (tool.cacheHint() != Message.CacheHint.NONE) {
                return true;
            }
        }
        for (Message message : request.messages()) {
            if (message.cacheHint() != Message.CacheHint.NONE
                    || (message instanceof Message.User user && isHinted(user.parts()))
                    || (message instanceof Message.ToolResult result && isHinted(result.parts()))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isHinted(List<Message.Part> parts) {
        for (Message.Part part : parts) {
            if (part.cacheHint() != Message.CacheHint.NONE) {
                return true;
            }
        }
        return false;
    }
}
