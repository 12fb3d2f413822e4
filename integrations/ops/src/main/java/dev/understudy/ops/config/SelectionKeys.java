package dev.understudy.ops.config;

import dev.understudy.chat.Feature;
import dev.understudy.policy.Selection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** {@link Selection}: one object belongs to one door, so what is kept here is how to make it. */
final class SelectionKeys {

    enum Strategy {
        SEQUENTIAL,
        WEIGHTED,
        LEAST_LATENCY,
        CHEAPEST
    }

    /** How a selection is made. */
    record Recipe(Strategy strategy, Set<Feature> features) {

        static final Recipe USUAL = new Recipe(Strategy.SEQUENTIAL, Set.of());

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
            "who is asked first, of those who can answer");
    private static final ConfigKey<List<Feature>> FEATURES = ConfigKey.of(
            "features",
            CollectionTypes.list(ScalarTypes.choice(Feature.class)),
            List.of(),
            "who cannot do all of these is not asked at all");

    static final ObjectType<Recipe> SECTION = new ObjectType<>(
            "selection",
            "in which order providers are asked for one model",
            List.of(STRATEGY, FEATURES),
            said -> new Recipe(said.get(STRATEGY), set(said.get(FEATURES))));

    private SelectionKeys() {}

    private static Set<Feature> set(List<Feature> features) {
        return features.isEmpty() ? Set.of() : EnumSet.copyOf(features);
    }
}
