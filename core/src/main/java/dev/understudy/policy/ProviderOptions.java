package dev.understudy.policy;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a provider takes part: for which models it is asked, and what selection and limits need to know of it.
 *
 * @param only the one model it is always asked for, whatever model the caller names; {@code null} for the caller's
 * @param models the only models it serves, from the caller's name to the provider's own; empty for all
 * @param weight its share under {@link Selection#weighted}, 1 or more; 1
 * @param tags what can be required or shown: a region, a vendor, a data policy
 * @param limits what it may be asked for in a minute and at once; no limits
 * @param healthChecks how it is looked at in the background; {@code null} for the door's way
 */
public record ProviderOptions(
        @Nullable String only,
        Map<String, String> models,
        int weight,
        Map<String, String> tags,
        RateLimits limits,
        @Nullable HealthCheckPolicy healthChecks) {

    private static final ProviderOptions ANY =
            new ProviderOptions(null, Map.of(), 1, Map.of(), RateLimits.none(), null);

    public ProviderOptions {
        if (only != null && !models.isEmpty()) {
            throw new IllegalArgumentException("A provider serves one model or a map of them, not both: " + only);
        }
        if (weight < 1) {
            throw new IllegalArgumentException("weight is 1 or more: " + weight);
        }
        models = Map.copyOf(models);
        tags = Collections.unmodifiableMap(new LinkedHashMap<>(tags));
    }

    /** Asked for whatever model the caller names. */
    public static ProviderOptions any() {
        return ANY;
    }

    /** Always asked for this model. */
    public static ProviderOptions only(String model) {
        return new ProviderOptions(model, Map.of(), 1, Map.of(), RateLimits.none(), null);
    }

    /** Asked only for these models: from the name the caller uses to the provider's own. */
    public static ProviderOptions serving(Map<String, String> models) {
        if (models.isEmpty()) {
            throw new IllegalArgumentException("A provider that serves no model is never asked");
        }
        return new ProviderOptions(null, models, 1, Map.of(), RateLimits.none(), null);
    }

    public ProviderOptions withWeight(int weight) {
        return new ProviderOptions(only, models, weight, tags, limits, healthChecks);
    }

    public ProviderOptions withTag(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(tags);
        more.put(name, value);
        return new ProviderOptions(only, models, weight, more, limits, healthChecks);
    }

    public ProviderOptions withLimits(RateLimits limits) {
        return new ProviderOptions(only, models, weight, tags, limits, healthChecks);
    }

    /** Instead of what the door says for all. */
    public ProviderOptions withHealthChecks(HealthCheckPolicy healthCheckPolicy) {
        return new ProviderOptions(only, models, weight, tags, limits, healthCheckPolicy);
    }

    /** The provider's name for the model that the caller asked for; {@code null} when it does not serve it. */
    public @Nullable String model(String asked) {
        if (only != null) {
            return only;
        }
        return models.isEmpty() ? asked : models.get(asked);
    }

    /**
     * Limits of what one provider is asked for. A route over its limit is skipped, or waited for briefly when no other route is
     * left; no call queues. {@code null} is no limit.
     *
     * @param requestsPerMinute attempts in a minute, 1 or more
     * @param tokensPerMinute tokens of prompt and answer in a minute, 1 or more: estimated before, corrected from the usage after
     * @param concurrent attempts at once, 1 or more
     */
    public record RateLimits(
            @Nullable Integer requestsPerMinute,
            @Nullable Integer tokensPerMinute,
            @Nullable Integer concurrent) {

        private static final RateLimits NONE = new RateLimits(null, null, null);

        public RateLimits {
            if (below(requestsPerMinute) || below(tokensPerMinute) || below(concurrent)) {
                throw new IllegalArgumentException("A rate limit is 1 or more, or null for none: " + requestsPerMinute
                        + ", " + tokensPerMinute + ", " + concurrent);
            }
        }

        /** No limits: the default. */
        public static RateLimits none() {
            return NONE;
        }

        public RateLimits withRequestsPerMinute(@Nullable Integer requests) {
            return new RateLimits(requests, tokensPerMinute, concurrent);
        }

        public RateLimits withTokensPerMinute(@Nullable Integer tokens) {
            return new RateLimits(requestsPerMinute, tokens, concurrent);
        }

        public RateLimits withConcurrent(@Nullable Integer attempts) {
            return new RateLimits(requestsPerMinute, tokensPerMinute, attempts);
        }

        private static boolean below(@Nullable Integer limit) {
            return limit != null && limit < 1;
        }
    }
}
