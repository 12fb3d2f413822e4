package dev.understudy.gateway;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.Usage;
import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import dev.understudy.gateway.json.BadRequest;
import dev.understudy.gateway.key.ClientKey;
import dev.understudy.gateway.key.Refusal;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Charges the usage of calls to the keys of their clients, and refuses calls beyond their limits.
 *
 * @param prices prices of models
 * @param registry counts tokens, costs and refusals by the name of the key
 */
record KeyAccounts(Prices prices, MeterRegistry registry) {

    /** Prices of models. */
    @FunctionalInterface
    interface Prices {
        /** Returns the price of a model; {@code null} if it is not known. */
        Capabilities.@Nullable Price price(String understudy, String provider, String model);
    }

    /** Without prices and meters. */
    static final KeyAccounts PLAIN =
            new KeyAccounts((understudy, provider, model) -> null, new CompositeMeterRegistry());

    /** Counts a call that begins, or throws if a limit of its key does not allow it. */
    void begin(ClientKey key) {
        Refusal refusal = key.start();
        if (refusal != null) {
            String limit = refusal.reason().name().toLowerCase(Locale.ROOT);
            registry.counter("gateway.key.refused", "key", key.name(), "limit", limit)
                    .increment();
            throw problem(refusal);
        }
    }

    /** Charges every attempt of a call: also those that failed or were cancelled. */
    Listener listener(ClientKey key) {
        return event -> {
            if (event instanceof Event.AttemptFailed failed) {
                charge(key, event, failed.attempt());
            } else if (event instanceof Event.AttemptAbandoned abandoned) {
                charge(key, event, abandoned.attempt());
            } else if (event instanceof Event.CallSucceeded succeeded) {
                succeeded.servedBy().attemptLog().attempts().stream()
                        .filter(attempt -> attempt.outcome() == AttemptLog.Outcome.SERVED)
                        .forEach(attempt -> charge(key, event, attempt));
            }
        };
    }

    private void charge(ClientKey key, Event event, AttemptLog.Attempt attempt) {
        Usage usage = attempt.usage();
        if (usage.total() > 0) {
            Capabilities.Price price = prices.price(event.understudy(), attempt.provider(), attempt.model());
            double cost = price == null ? 0 : price.cost(usage);
            key.charge(usage.total(), cost);
            registry.counter("gateway.key.tokens", "key", key.name()).increment(usage.total());
            registry.counter("gateway.key.cost", "key", key.name()).increment(cost);
        }
    }

    private static BadRequest problem(Refusal refusal) {
        return switch (refusal.reason()) {
            case REQUESTS -> limited("This key has sent as many requests in a minute as it may", refusal);
            case TOKENS -> limited("This key has used as many tokens in a minute as it may", refusal);
            case CONCURRENT -> limited("This key has as many calls in flight as it may", refusal);
            case BUDGET ->
                BadRequest.request(
                        429,
                        "insufficient_quota",
                        "The budget of this key is spent; its next period begins in "
                                + Math.max(1, refusal.after().toMinutes()) + " minutes");
        };
    }

    private static BadRequest limited(String message, Refusal refusal) {
        return BadRequest.later(429, "rate_limit_exceeded", message, refusal.after());
    }
}
