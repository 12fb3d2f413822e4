package dev.understudy.ops;

import dev.understudy.CircuitPolicy;
import dev.understudy.ContextWindow;
import dev.understudy.Hedging;
import dev.understudy.RetryPolicy;
import dev.understudy.Timeouts;
import dev.understudy.UnderstudyBuilder;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/** One agent: who stands in for whom, and with what patience. */
final class AgentKeys {

    /** A key and what it does to a chain that is being built. */
    private record Setting<T>(Key<T> key, BiConsumer<UnderstudyBuilder, T> apply) {
        void applyTo(UnderstudyBuilder builder, Values said) {
            apply.accept(builder, said.get(key));
        }
    }

    static final Key<String> PRIMARY = Key.optional(
            "primary", Scalars.TEXT, "who is asked first; all providers in the order of the document if left out");
    static final Key<List<String>> BACKUPS =
            Key.of("backups", Many.list(Scalars.TEXT), List.of(), "who stands in, in order");

    private static final Key<Map<String, List<String>>> FALLBACKS = Key.of(
            "fallbacks",
            Many.named(Many.list(Scalars.TEXT)),
            Map.of(),
            "for each model those that are asked for, in order, when all providers have failed for it");
    static final Key<Values> FAILOVER =
            Key.of("failover", PolicyKeys.FAILOVER.raw(), Values.NONE, PolicyKeys.FAILOVER.doc());
    static final Key<Values> HEALTH_CHECK =
            Key.of("healthCheck", HealthKeys.SECTION, Values.NONE, HealthKeys.SECTION.doc());
    static final Key<ResumeKeys.Resume> RESUME =
            Key.of("resume", ResumeKeys.SECTION, ResumeKeys.Resume.OFF, ResumeKeys.SECTION.doc());

    private static final List<Setting<?>> SETTINGS = List.of(
            new Setting<>(FALLBACKS, AgentKeys::fallbacks),
            set(PolicyKeys.RETRY, RetryPolicy.defaults(), UnderstudyBuilder::retry),
            set(PolicyKeys.TIMEOUTS, Timeouts.defaults(), UnderstudyBuilder::timeouts),
            set(PolicyKeys.REASONING_TIMEOUTS, Timeouts.reasoning(), UnderstudyBuilder::reasoningTimeouts),
            set(CircuitKeys.SECTION, CircuitPolicy.defaults(), UnderstudyBuilder::circuit),
            set(
                    SelectionKeys.SECTION,
                    SelectionKeys.Recipe.USUAL,
                    (builder, recipe) -> builder.selection(recipe.make())),
            set(PolicyKeys.HEDGING, Hedging.off(), UnderstudyBuilder::hedging),
            set(PolicyKeys.BUDGET, PolicyKeys.Budget.DEFAULTS, (builder, budget) -> builder.limits(budget.limits())
                    .retryBudget(budget.retries())),
            new Setting<>(
                    FAILOVER,
                    (builder, said) ->
                            builder.failover(PolicyKeys.FAILOVER.made().apply(said))),
            set(PolicyKeys.CONTEXT_WINDOW, ContextWindow.auto(), UnderstudyBuilder::contextWindow),
            new Setting<>(
                    Key.of(
                            "routeAroundFilters",
                            Scalars.FLAG,
                            false,
                            "whether a request that was refused by policy is sent to the next provider"),
                    UnderstudyBuilder::routeAroundFilters),
            new Setting<>(
                    Key.of(
                            "stopOnInvalidRequest",
                            Scalars.FLAG,
                            false,
                            "whether a request that one vendor calls invalid fails at once"),
                    UnderstudyBuilder::stopOnInvalidRequest));

    private static final List<Key<?>> SHARED = Stream.concat(
                    SETTINGS.stream().map(Setting::key), Stream.<Key<?>>of(HEALTH_CHECK, RESUME))
            .toList();

    static final Section<Values> SECTION = new Section<>(
            "agent",
            "a named chain: who stands in for whom, and with what patience",
            Stream.concat(Stream.<Key<?>>of(PRIMARY, BACKUPS), SHARED.stream()).toList(),
            AgentKeys::checked);

    static final Section<Values> DEFAULTS =
            new Section<>("defaults", "what holds for every agent that says nothing else", SHARED, said -> said);

    private AgentKeys() {}

    /** All that is said, the cast aside. */
    static void apply(Values said, UnderstudyBuilder builder) {
        SETTINGS.forEach(setting -> setting.applyTo(builder, said));
    }

    private static <T> Setting<T> set(Section<T> section, T usual, BiConsumer<UnderstudyBuilder, T> apply) {
        return new Setting<>(Key.of(section.name(), section, usual, section.doc()), apply);
    }

    private static void fallbacks(UnderstudyBuilder builder, Map<String, List<String>> fallbacks) {
        fallbacks.forEach((model, others) -> builder.fallback(model, others.toArray(new String[0])));
    }

    private static Values checked(Values said) {
        if (said.find(PRIMARY) == null && !said.get(BACKUPS).isEmpty()) {
            throw new Wrong("primary", "is missing, though there are backups", "the name of a provider");
        }
        for (Map.Entry<String, List<String>> chain : said.get(FALLBACKS).entrySet()) {
            if (chain.getValue().contains(chain.getKey())) {
                throw new Wrong("fallbacks/" + chain.getKey(), "a model cannot be its own fallback", "other models");
            }
        }
        return said;
    }
}
