package dev.understudy.ops.metrics;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.Usage;
import io.micrometer.core.instrument.MeterRegistry;
import org.jspecify.annotations.Nullable;

/** Meters of the usage of one attempt. Token types are disjoint, so that their sum is the total. */
record UsageMeters(MeterRegistry registry, String understudy, String provider, String model, String outcome) {

    /** @param bound source of prices; {@code null} when it is unknown */
    void count(AttemptLog.Attempt attempt, @Nullable BoundUnderstudy bound) {
        Usage usage = attempt.usage();
        if (usage.total() == 0) {
            return;
        }
        String estimated = Boolean.toString(usage.estimated());
        tokens("input", Math.max(0, usage.input() - usage.cachedInput()), estimated);
        tokens("cached_input", usage.cachedInput(), estimated);
        tokens("output", Math.max(0, usage.output() - usage.reasoning()), estimated);
        tokens("reasoning", usage.reasoning(), estimated);
        Capabilities.Price price = bound == null ? null : bound.price(attempt.provider(), attempt.model());
        if (price != null) {
            Meters.COST
                    .counter(registry, understudy, provider, model, outcome, estimated)
                    .increment(price.cost(usage));
        }
    }

    private void tokens(String type, int tokens, String estimated) {
        if (tokens > 0) {
            Meters.TOKENS
                    .counter(registry, understudy, provider, model, type, outcome, estimated)
                    .increment(tokens);
        }
    }
}
