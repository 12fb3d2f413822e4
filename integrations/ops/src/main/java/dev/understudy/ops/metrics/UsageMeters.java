package dev.understudy.ops.metrics;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.Usage;
import io.micrometer.core.instrument.MeterRegistry;
import org.jspecify.annotations.Nullable;

/** What one attempt used up. The types of tokens are disjoint here, so that their sum is the sum. */
record UsageMeters(MeterRegistry registry, String door, String provider, String model, String outcome) {

    /** @param watch who knows the prices, {@code null} when nobody does */
    void count(AttemptLog.Attempt attempt, @Nullable BoundUnderstudy watch) {
        Usage usage = attempt.usage();
        if (usage.total() == 0) {
            return;
        }
        String estimated = Boolean.toString(usage.estimated());
        tokens("input", Math.max(0, usage.input() - usage.cachedInput()), estimated);
        tokens("cached_input", usage.cachedInput(), estimated);
        tokens("output", Math.max(0, usage.output() - usage.reasoning()), estimated);
        tokens("reasoning", usage.reasoning(), estimated);
        Capabilities.Price price = watch == null ? null : watch.price(attempt.provider(), attempt.model());
        if (price != null) {
            Meters.COST
                    .counter(registry, door, provider, model, outcome, estimated)
                    .increment(price.cost(usage));
        }
    }

    private void tokens(String type, int tokens, String estimated) {
        if (tokens > 0) {
            Meters.TOKENS
                    .counter(registry, door, provider, model, type, outcome, estimated)
                    .increment(tokens);
        }
    }
}
