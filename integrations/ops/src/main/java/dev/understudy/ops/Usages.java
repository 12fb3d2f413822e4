package dev.understudy.ops;

import dev.understudy.chat.Usage;
import io.micrometer.observation.Observation;

/** Tokens in a span. */
final class Usages {

    private Usages() {}

    static void put(Observation observation, Usage usage) {
        if (usage.total() == 0) {
            return;
        }
        SpanKey.INPUT_TOKENS.put(observation, usage.input());
        SpanKey.CACHED_TOKENS.put(observation, usage.cachedInput());
        SpanKey.OUTPUT_TOKENS.put(observation, usage.output());
        SpanKey.REASONING_TOKENS.put(observation, usage.reasoning());
        SpanKey.ESTIMATED.put(observation, usage.estimated());
    }
}
