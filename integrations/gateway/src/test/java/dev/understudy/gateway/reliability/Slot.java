package dev.understudy.gateway.reliability;

import java.util.List;
import java.util.function.Function;

/**
 * A provider of a fixture.
 *
 * @param dialect {@code openai} or {@code anthropic}
 * @param model model that the provider serves
 * @param keys API keys
 * @param server opens the server
 */
record Slot(String dialect, String model, List<String> keys, Function<Mode, Upstream> server) {

    static Slot openAi(Function<Mode, Upstream> server) {
        return new Slot("openai", Question.MODEL, List.of("key-canary-1"), server);
    }

    static Slot anthropic(Function<Mode, Upstream> server) {
        return new Slot("anthropic", "claude-sonnet-5", List.of("key-canary-2"), server);
    }

    Slot withModel(String model) {
        return new Slot(dialect, model, keys, server);
    }

    Slot withKeys(String... keys) {
        return new Slot(dialect, model, List.of(keys), server);
    }
}
