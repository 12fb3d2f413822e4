package dev.understudy.gateway;

import dev.understudy.chat.ChatProvider;
import dev.understudy.gateway.json.BadRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Resolves the model of a request: an agent ({@code support}), an agent and a model ({@code support/gpt-5.6}), or a
 * model alone, which the default agent serves.
 *
 * @param chains names of all agents, in order
 * @param provider returns the provider of an agent
 * @param defaultAgent agent of requests whose model is no agent; {@code null} to refuse them
 */
record ModelDirectory(
        Supplier<List<String>> chains,
        Function<String, @Nullable ChatProvider> provider,
        @Nullable String defaultAgent) {

    /** The agent of a request, its provider, and the model. */
    record Choice(String agent, ChatProvider provider, String model) {}

    static ModelDirectory of(Map<String, ChatProvider> chains) {
        Map<String, ChatProvider> copy = new LinkedHashMap<>(chains);
        return new ModelDirectory(() -> List.copyOf(copy.keySet()), copy::get, null);
    }

    ModelDirectory withDefault(@Nullable String agent) {
        return new ModelDirectory(chains, provider, agent);
    }

    Choice choose(String named) {
        ChatProvider chain = provider.apply(named);
        if (chain != null) {
            return new Choice(named, chain, named);
        }
        int slash = named.indexOf('/');
        ChatProvider prefixed = slash < 1 ? null : provider.apply(named.substring(0, slash));
        if (prefixed != null && slash + 1 < named.length()) {
            return new Choice(named.substring(0, slash), prefixed, named.substring(slash + 1));
        }
        ChatProvider other = defaultAgent == null ? null : provider.apply(defaultAgent);
        if (defaultAgent == null || other == null) {
            throw BadRequest.request(
                    404, "model_not_found", "There is no model " + named + " here: GET /v1/models lists them");
        }
        return new Choice(defaultAgent, other, named);
    }
}
