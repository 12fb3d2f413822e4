package dev.understudy.ops.config;

import dev.understudy.UnderstudyBuilder;
import dev.understudy.policy.CircuitPolicy;
import dev.understudy.policy.ContextWindow;
import dev.understudy.policy.HedgingPolicy;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.policy.TimeoutPolicy;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/** Keys of one agent: its providers in order, and its policies. */
final class AgentKeys {

    /** A key, and its effect on the chain that is being built. */
    private record Setting<T>(ConfigKey<T> key, BiConsumer<UnderstudyBuilder, T> apply) {
        void applyTo(UnderstudyBuilder builder, ConfigValues values) {
            apply.accept(builder, values.get(key));
        }
    }

    static final ConfigKey<String> PRIMARY = ConfigKey.optional(
            "primary", ScalarTypes.TEXT, "first provider; all providers in the order of the document if left out");
    static final ConfigKey<List<String>> BACKUPS = ConfigKey.of(
            "backups", CollectionTypes.list(ScalarTypes.TEXT), List.of(), "further providers, in order of preference");

    private static final ConfigKey<Map<String, List<String>>> FALLBACKS = ConfigKey.of(
            "fallbacks",
            CollectionTypes.named(CollectionTypes.list(ScalarTypes.TEXT)),
            Map.of(),
            "fallback models by model, in order, requested when all providers have failed for the model");
    static final ConfigKey<ConfigValues> FAILOVER =
            ConfigKey.of("failover", PolicyKeys.FAILOVER.raw(), ConfigValues.NONE, PolicyKeys.FAILOVER.doc());
    static final ConfigKey<ConfigValues> HEALTH_CHECK =
            ConfigKey.of("healthCheck", HealthCheckKeys.SECTION, ConfigValues.NONE, HealthCheckKeys.SECTION.doc());
    static final ConfigKey<ResumeKeys.Resume> RESUME =
            ConfigKey.of("resume", ResumeKeys.SECTION, ResumeKeys.Resume.ON, ResumeKeys.SECTION.doc());

    private static final List<Setting<?>> SETTINGS = List.of(
            new Setting<>(FALLBACKS, AgentKeys::fallbacks),
            set(PolicyKeys.RETRY, RetryPolicy.defaults(), UnderstudyBuilder::retry),
            set(PolicyKeys.TIMEOUTS, TimeoutPolicy.defaults(), UnderstudyBuilder::timeouts),
            set(PolicyKeys.REASONING_TIMEOUTS, TimeoutPolicy.reasoning(), UnderstudyBuilder::reasoningTimeouts),
            set(PolicyKeys.LOADING_TIMEOUTS, TimeoutPolicy.loading(), UnderstudyBuilder::loadingTimeouts),
            set(CircuitKeys.SECTION, CircuitPolicy.defaults(), UnderstudyBuilder::circuit),
            set(
                    SelectionKeys.SECTION,
                    SelectionKeys.Recipe.DEFAULTS,
                    (builder, recipe) -> builder.selection(recipe.make())),
            set(PolicyKeys.HEDGING, HedgingPolicy.none(), UnderstudyBuilder::hedging),
            set(PolicyKeys.BUDGET, PolicyKeys.Budget.DEFAULTS, (builder, budget) -> builder.limits(budget.limits())
                    .retryBudget(budget.retries())),
            new Setting<>(
                    FAILOVER,
                    (builder, values) ->
                            builder.failover(PolicyKeys.FAILOVER.factory().apply(values))),
            set(PolicyKeys.CONTEXT_WINDOW, ContextWindow.defaults(), UnderstudyBuilder::contextWindow),
            new Setting<>(
                    ConfigKey.of(
                            "routeAroundFilters",
                            ScalarTypes.FLAG,
                            false,
                            "true sends a request that was refused by policy to the next provider"),
                    UnderstudyBuilder::routeAroundFilters),
            new Setting<>(
                    ConfigKey.of(
                            "stopOnInvalidRequest",
                            ScalarTypes.FLAG,
                            false,
                            "true fails at once when a vendor calls a request invalid"),
                    UnderstudyBuilder::stopOnInvalidRequest));

    private static final List<ConfigKey<?>> SHARED = Stream.concat(
                    SETTINGS.stream().map(Setting::key), Stream.<ConfigKey<?>>of(HEALTH_CHECK, RESUME))
            .toList();

    static final ObjectType<ConfigValues> SECTION = new ObjectType<>(
                    "agent",
                    "a named chain of providers with its policies",
                    Stream.concat(Stream.<ConfigKey<?>>of(PRIMARY, BACKUPS), SHARED.stream())
                            .toList(),
                    AgentKeys::checked)
            .withCombinations(Map.of("dependentRequired", Map.of(BACKUPS.name(), List.of(PRIMARY.name()))));

    static final ObjectType<ConfigValues> DEFAULTS =
            new ObjectType<>("defaults", "defaults of every agent", SHARED, values -> values);

    private AgentKeys() {}

    /** Applies all values except the list of providers. */
    static void apply(ConfigValues values, UnderstudyBuilder builder) {
        SETTINGS.forEach(setting -> setting.applyTo(builder, values));
    }

    private static <T> Setting<T> set(ObjectType<T> type, T defaults, BiConsumer<UnderstudyBuilder, T> apply) {
        return new Setting<>(ConfigKey.of(type.name(), type, defaults, type.doc()), apply);
    }

    private static void fallbacks(UnderstudyBuilder builder, Map<String, List<String>> fallbacks) {
        fallbacks.forEach((model, others) -> builder.fallback(model, others.toArray(new String[0])));
    }

    private static ConfigValues checked(ConfigValues values) {
        if (values.find(PRIMARY) == null && !values.get(BACKUPS).isEmpty()) {
            throw new InvalidValueException(
                    "primary", "is missing, though there are backups", "the name of a provider");
        }
        for (Map.Entry<String, List<String>> chain : values.get(FALLBACKS).entrySet()) {
            if (chain.getValue().contains(chain.getKey())) {
                throw new InvalidValueException(
                        "fallbacks/" + chain.getKey(), "a model cannot be its own fallback", "other models");
            }
        }
        return values;
    }
}
