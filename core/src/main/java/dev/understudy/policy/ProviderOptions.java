package dev.understudy.policy;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Options of one provider in a client: its models, weight, tags, rate limits and health checks.
 *
 * @param only the one model that the provider is always asked for; {@code null} (default) for the model in the request
 * @param models the only models that the provider serves, from the name in the request to the provider's own; empty
 *     (default) for all
 * @param weight share under {@link Selection#weighted}, 1 or more; 1 by default
 * @param tags properties that calls can require, such as a region or a data policy; none by default
 * @param limits rate limits of the provider; none by default
 * @param healthChecks health checks of this provider; {@code null} (default) for those of the client
 */
public record ProviderOptions(
        @Nullable String only,
        Map<String, String> models,
        int weight,
        Map<String, String> tags,
        RateLimits limits,
        @Nullable HealthCheckPolicy healthChecks) {

    private static final ProviderOptions DEFAULTS =
            new ProviderOptions(null, Map.of(), 1, Map.of(), RateLimits.none(), null);

    /**
     * Checks and copies the values.
     *
     * @param only the one model that the provider is always asked for
     * @param models the only models that the provider serves
     * @param weight share under {@link Selection#weighted}
     * @param tags properties that calls can require
     * @param limits rate limits of the provider
     * @param healthChecks health checks of this provider
     * @throws IllegalArgumentException if both {@code only} and {@code models} are set, or {@code weight} is below 1
     */
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

    /**
     * Returns the default options: the provider is asked for the model in the request.
     *
     * @return the options
     */
    public static ProviderOptions defaults() {
        return DEFAULTS;
    }

    /**
     * Returns options of a provider that is always asked for one model.
     *
     * @param model the model as the provider names it
     * @return the options
     */
    public static ProviderOptions only(String model) {
        return new ProviderOptions(model, Map.of(), 1, Map.of(), RateLimits.none(), null);
    }

    /**
     * Returns options of a provider that is asked for some models only.
     *
     * @param models from the name in the request to the provider's own; at least one
     * @return the options
     * @throws IllegalArgumentException if there is no model
     */
    public static ProviderOptions serving(Map<String, String> models) {
        if (models.isEmpty()) {
            throw new IllegalArgumentException("A provider that serves no model is never asked");
        }
        return new ProviderOptions(null, models, 1, Map.of(), RateLimits.none(), null);
    }

    /**
     * Returns a copy with another weight.
     *
     * @param weight 1 or more
     * @return a copy
     */
    public ProviderOptions withWeight(int weight) {
        return new ProviderOptions(only, models, weight, tags, limits, healthChecks);
    }

    /**
     * Returns a copy with one tag added or replaced.
     *
     * @param name name of the tag
     * @param value value of the tag
     * @return a copy
     */
    public ProviderOptions withTag(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(tags);
        more.put(name, value);
        return new ProviderOptions(only, models, weight, more, limits, healthChecks);
    }

    /**
     * Returns a copy with other rate limits.
     *
     * @param limits the rate limits
     * @return a copy
     */
    public ProviderOptions withLimits(RateLimits limits) {
        return new ProviderOptions(only, models, weight, tags, limits, healthChecks);
    }

    /**
     * Returns a copy with health checks that replace those of the client.
     *
     * @param healthCheckPolicy the health checks
     * @return a copy
     */
    public ProviderOptions withHealthChecks(HealthCheckPolicy healthCheckPolicy) {
        return new ProviderOptions(only, models, weight, tags, limits, healthCheckPolicy);
    }

    /**
     * Returns the provider's name of a model.
     *
     * @param asked the model in the request
     * @return the provider's name; {@code null} if the provider does not serve the model
     */
    public @Nullable String model(String asked) {
        if (only != null) {
            return only;
        }
        return models.isEmpty() ? asked : models.get(asked);
    }

    /**
     * Rate limits of one provider, enforced by the client. A route over its limit is skipped; when no other route is
     * left, the call waits for it. {@code null} is no limit.
     *
     * @param requestsPerMinute attempts in a minute, 1 or more
     * @param tokensPerMinute tokens of prompt and answer in a minute, 1 or more; estimated before an attempt, corrected
     *     by its usage
     * @param concurrent concurrent attempts, 1 or more
     * @param queue calls that may wait for one of the concurrent attempts, in order of arrival, when no other route is
     *     left; 0 for none, 1,000 by default
     * @param queueWait longest time that a call waits in that queue, inside its deadline; zero for no wait, 10 s by
     *     default
     */
    public record RateLimits(
            @Nullable Integer requestsPerMinute,
            @Nullable Integer tokensPerMinute,
            @Nullable Integer concurrent,
            int queue,
            Duration queueWait) {

        private static final RateLimits NONE = new RateLimits(null, null, null, 1_000, Duration.ofSeconds(10));

        /**
         * Checks the limits.
         *
         * @param requestsPerMinute attempts in a minute
         * @param tokensPerMinute tokens of prompt and answer in a minute
         * @param concurrent concurrent attempts
         * @param queue calls that may wait for one of the concurrent attempts
         * @param queueWait longest time that a call waits in that queue
         * @throws IllegalArgumentException if a limit is below 1, or a value of the queue is negative
         */
        public RateLimits {
            if (below(requestsPerMinute) || below(tokensPerMinute) || below(concurrent)) {
                throw new IllegalArgumentException("A rate limit is 1 or more, or null for none: " + requestsPerMinute
                        + ", " + tokensPerMinute + ", " + concurrent);
            }
            if (queue < 0 || queueWait.isNegative()) {
                throw new IllegalArgumentException("queue and queueWait are not negative: " + queue + ", " + queueWait);
            }
        }

        /**
         * Returns the default: no limits.
         *
         * @return the limits
         */
        public static RateLimits none() {
            return NONE;
        }

        /**
         * Returns a copy with another limit of attempts in a minute.
         *
         * @param requests 1 or more; {@code null} for no limit
         * @return a copy
         */
        public RateLimits withRequestsPerMinute(@Nullable Integer requests) {
            return new RateLimits(requests, tokensPerMinute, concurrent, queue, queueWait);
        }

        /**
         * Returns a copy with another limit of tokens in a minute.
         *
         * @param tokens 1 or more; {@code null} for no limit
         * @return a copy
         */
        public RateLimits withTokensPerMinute(@Nullable Integer tokens) {
            return new RateLimits(requestsPerMinute, tokens, concurrent, queue, queueWait);
        }

        /**
         * Returns a copy with another limit of concurrent attempts.
         *
         * @param attempts 1 or more; {@code null} for no limit
         * @return a copy
         */
        public RateLimits withConcurrent(@Nullable Integer attempts) {
            return new RateLimits(requestsPerMinute, tokensPerMinute, attempts, queue, queueWait);
        }

        /**
         * Returns a copy with another length of the queue.
         *
         * @param calls 0 or more; 0 for no queue
         * @return a copy
         */
        public RateLimits withQueue(int calls) {
            return new RateLimits(requestsPerMinute, tokensPerMinute, concurrent, calls, queueWait);
        }

        /**
         * Returns a copy with another longest time in the queue.
         *
         * @param wait zero or longer; zero for no queue
         * @return a copy
         */
        public RateLimits withQueueWait(Duration wait) {
            return new RateLimits(requestsPerMinute, tokensPerMinute, concurrent, queue, wait);
        }

        private static boolean below(@Nullable Integer limit) {
            return limit != null && limit < 1;
        }
    }
}
