package dev.understudy.ops.config;

import dev.understudy.chat.Feature;
import dev.understudy.policy.Selection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Keys of {@link Selection}. A selection belongs to one understudy, so the values keep a recipe to create one. */
final class SelectionKeys {

    enum Strategy {
        SEQUENTIAL,
        WEIGHTED,
        LEAST_LATENCY,
        CHEAPEST
    }

    /** Creates selections. */
    record Recipe(Strategy strategy, Set<Feature> features) {

        static final Recipe DEFAULTS = new Recipe(Strategy.SEQUENTIAL, Set.of());

        Selection make() {
            Selection order =
                    switch (strategy) {
                        case SEQUENTIAL -> Selection.sequential();
                        case WEIGHTED -> Selection.weighted();
                        case LEAST_LATENCY -> Selection.leastLatency();
                        case CHEAPEST -> Selection.cheapest();
                    };
            return features.isEmpty() ? order : Selection.capable(features, order);
        }
    }

    private static final ConfigKey<Strategy> STRATEGY = ConfigKey.of(
            "strategy",
            ScalarTypes.choice(Strategy.class),
            Strategy.SEQUENTIAL,
            "order of the providers that can serve a request");
    private static final ConfigKey<List<Feature>> FEATURES = ConfigKey.of(
            "features",
            CollectionTypes.list(ScalarTypes.choice(Feature.class)),
            List.of(),
            "features that a provider must have to be selected");

    static final ObjectType<Recipe> SECTION = new ObjectType<>(
            "selection",
            "order in which providers are called for one model",
            List.of(STRATEGY, FEATURES),
            values -> new Recipe(values.get(STRATEGY), set(values.get(FEATURES))));

    private SelectionKeys() {}

    private static Set<Feature> set(List<Feature> features) {
        return features.isEmpty() ? Set.of() : EnumSet.copyOf(features);
    }
}
