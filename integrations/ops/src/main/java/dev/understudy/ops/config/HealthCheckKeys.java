package dev.understudy.ops.config;

import dev.understudy.chat.ChatRequest;
import dev.understudy.policy.HealthCheckPolicy;
import dev.understudy.policy.ProviderOptions;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** {@link HealthCheckPolicy}: of an agent's providers together, and, key by key instead of that, of one provider. */
public final class HealthCheckKeys {

    private static final HealthCheckPolicy USUAL = HealthCheckPolicy.off();

    public static final ConfigKey<Boolean> ENABLED = ConfigKey.of(
            "enabled", ScalarTypes.FLAG, USUAL.enabled(), "whether providers are looked at in the background");
    public static final ConfigKey<Duration> INTERVAL = ConfigKey.of(
            "interval", ScalarTypes.DURATION, USUAL.interval(), "between two checks of a provider, ±10 % by chance");
    public static final ConfigKey<Duration> TIMEOUT =
            ConfigKey.of("timeout", ScalarTypes.DURATION, USUAL.timeout(), "of one check");
    static final ConfigKey<Integer> UNHEALTHY_AFTER = ConfigKey.of(
            "unhealthyAfter",
            ScalarTypes.whole(1),
            USUAL.unhealthyAfter(),
            "so many failures in a row take a provider out of rotation");
    static final ConfigKey<Integer> HEALTHY_AFTER = ConfigKey.of(
            "healthyAfter", ScalarTypes.whole(1), USUAL.healthyAfter(), "so many successes in a row put it back");
    public static final ConfigKey<String> QUERY = ConfigKey.optional(
            "query", ScalarTypes.TEXT, "what is asked instead of a cheap GET; it is billed like any call");
    static final ConfigKey<String> MODEL = ConfigKey.optional(
            "model",
            ScalarTypes.TEXT,
            "which model the query goes to; `model` of the provider, or the first of its `models`, if left out");
    public static final ConfigKey<String> ENDPOINT = ConfigKey.optional(
            "endpoint", ScalarTypes.PATH, "the path of the GET, below `baseUrl`, instead of the dialect's own");

    private static final List<ConfigKey<?>> SHARED =
            List.of(ENABLED, INTERVAL, TIMEOUT, UNHEALTHY_AFTER, HEALTHY_AFTER, QUERY, MODEL);

    static final ObjectType<ConfigValues> SECTION =
            new ObjectType<>("healthCheck", "how the providers are looked at in the background", SHARED, said -> said);

    static final ObjectType<ConfigValues> OF_PROVIDER = new ObjectType<>(
            "providerHealthCheck",
            "the same for this provider, whoever uses it: what is said here counts more than what the agent says",
            Stream.concat(SHARED.stream(), Stream.<ConfigKey<?>>of(ENDPOINT)).toList(),
            said -> said);

    private HealthCheckKeys() {}

    static HealthCheckPolicy probes(ConfigValues said, ProviderOptions providerOptions) {
        String query = query(said);
        return new HealthCheckPolicy(
                said.get(ENABLED),
                said.get(INTERVAL),
                said.get(TIMEOUT),
                said.get(UNHEALTHY_AFTER),
                said.get(HEALTHY_AFTER),
                query == null ? null : ChatRequest.of(model(said, providerOptions), query));
    }

    /** What is asked; {@code null} for a cheap GET. An operator takes a query back with an empty one. */
    public static @Nullable String query(ConfigValues said) {
        String query = said.find(QUERY);
        return query == null || query.isEmpty() ? null : query;
    }

    /** Whether a query has a model to go to. */
    static boolean isComplete(ConfigValues said, ProviderOptions providerOptions) {
        return query(said) == null || modelOrNull(said, providerOptions) != null;
    }

    private static String model(ConfigValues said, ProviderOptions providerOptions) {
        String model = modelOrNull(said, providerOptions);
        if (model == null) {
            throw new InvalidValueException("healthCheck/model", "is missing", "which model the query goes to");
        }
        return model;
    }

    private static @Nullable String modelOrNull(ConfigValues said, ProviderOptions providerOptions) {
        String told = said.find(MODEL);
        if (told != null || providerOptions.only() != null) {
            return told != null ? told : providerOptions.only();
        }
        return providerOptions.models().values().stream().sorted().findFirst().orElse(null);
    }
}
