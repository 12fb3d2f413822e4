package dev.understudy.ops.config;

import dev.understudy.chat.ChatRequest;
import dev.understudy.policy.HealthCheckPolicy;
import dev.understudy.policy.ProviderOptions;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Keys of {@link HealthCheckPolicy}, for an agent and, overriding single values, for a provider. */
public final class HealthCheckKeys {

    private static final HealthCheckPolicy DEFAULTS = HealthCheckPolicy.none();

    public static final ConfigKey<Boolean> ENABLED = ConfigKey.of(
            "enabled", ScalarTypes.FLAG, DEFAULTS.enabled(), "true checks the health of providers in the background");
    public static final ConfigKey<Duration> INTERVAL = ConfigKey.of(
            "interval",
            ScalarTypes.DURATION,
            DEFAULTS.interval(),
            "time between two checks of a provider, ±10 % at random");
    public static final ConfigKey<Duration> TIMEOUT =
            ConfigKey.of("timeout", ScalarTypes.DURATION, DEFAULTS.timeout(), "time limit of one check");
    static final ConfigKey<Integer> UNHEALTHY_AFTER = ConfigKey.of(
            "unhealthyAfter",
            ScalarTypes.whole(1),
            DEFAULTS.unhealthyAfter(),
            "number of consecutive failures that take a provider out of rotation");
    static final ConfigKey<Integer> HEALTHY_AFTER = ConfigKey.of(
            "healthyAfter",
            ScalarTypes.whole(1),
            DEFAULTS.healthyAfter(),
            "number of consecutive successes that put it back");
    public static final ConfigKey<String> QUERY = ConfigKey.optional(
            "query",
            ScalarTypes.TEXT,
            "prompt that is sent instead of a GET, with a limit of one output token; it is billed like any call");
    static final ConfigKey<String> MODEL = ConfigKey.optional(
            "model",
            ScalarTypes.TEXT,
            "model that the query is sent to; `model` of the provider, or the first of its `models`, if left out");
    public static final ConfigKey<String> ENDPOINT = ConfigKey.optional(
            "endpoint", ScalarTypes.PATH, "path of the GET, below `baseUrl`, instead of the one of the dialect");

    private static final List<ConfigKey<?>> SHARED =
            List.of(ENABLED, INTERVAL, TIMEOUT, UNHEALTHY_AFTER, HEALTHY_AFTER, QUERY, MODEL);

    static final ObjectType<ConfigValues> SECTION =
            new ObjectType<>("healthCheck", "health checks of providers in the background", SHARED, values -> values);

    static final ObjectType<ConfigValues> OF_PROVIDER = new ObjectType<>(
            "providerHealthCheck",
            "health checks of this provider; its keys override those of the agent",
            Stream.concat(SHARED.stream(), Stream.<ConfigKey<?>>of(ENDPOINT)).toList(),
            values -> values);

    private HealthCheckKeys() {}

    static HealthCheckPolicy policy(ConfigValues values, ProviderOptions providerOptions) {
        String query = query(values);
        return new HealthCheckPolicy(
                values.get(ENABLED),
                values.get(INTERVAL),
                values.get(TIMEOUT),
                values.get(UNHEALTHY_AFTER),
                values.get(HEALTHY_AFTER),
                query == null
                        ? null
                        : ChatRequest.of(model(values, providerOptions), query).withMaxTokens(1));
    }

    /** Returns the query; {@code null} for an unbilled GET. An empty query at runtime removes a configured one. */
    public static @Nullable String query(ConfigValues values) {
        String query = values.find(QUERY);
        return query == null || query.isEmpty() ? null : query;
    }

    /** Returns {@code true} if there is no query, or a model for it. */
    static boolean isComplete(ConfigValues values, ProviderOptions providerOptions) {
        return query(values) == null || modelOrNull(values, providerOptions) != null;
    }

    private static String model(ConfigValues values, ProviderOptions providerOptions) {
        String model = modelOrNull(values, providerOptions);
        if (model == null) {
            throw new InvalidValueException("healthCheck/model", "is missing", "which model the query goes to");
        }
        return model;
    }

    private static @Nullable String modelOrNull(ConfigValues values, ProviderOptions providerOptions) {
        String override = values.find(MODEL);
        if (override != null || providerOptions.only() != null) {
            return override != null ? override : providerOptions.only();
        }
        return providerOptions.models().values().stream().sorted().findFirst().orElse(null);
    }
}
