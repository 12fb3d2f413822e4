package dev.understudy.ops.config;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.Feature;
import java.util.Arrays;
import java.util.List;

/** Keys of the capabilities of a model, which override those of the model catalog. */
final class ModelKeys {

    private static final ValueType<Double> AMOUNT = ScalarTypes.number("[0", "0 or more");

    private static final ConfigKey<Double> INPUT = ConfigKey.required("input", AMOUNT, "of a million tokens of prompt");
    private static final ConfigKey<Double> CACHED =
            ConfigKey.optional("cachedInput", AMOUNT, "of a million from the vendor's cache; as `input` if left out");
    private static final ConfigKey<Double> OUTPUT =
            ConfigKey.required("output", AMOUNT, "of a million tokens of answer");

    private static final ObjectType<Capabilities.Price> PRICE = new ObjectType<>(
            "price",
            "what a model costs, in one currency for all providers",
            List.of(INPUT, CACHED, OUTPUT),
            values -> {
                Double cached = values.find(CACHED);
                return new Capabilities.Price(
                        values.get(INPUT), cached == null ? values.get(INPUT) : cached, values.get(OUTPUT));
            });

    private static final List<ConfigKey<Boolean>> FEATURES = Arrays.stream(Feature.values())
            .map(feature -> ConfigKey.optional(ScalarTypes.label(feature), ScalarTypes.FLAG, doc(feature)))
            .toList();

    private static final ObjectType<ConfigValues> FEATURE_SECTION =
            new ObjectType<>("features", "what a model can do", List.<ConfigKey<?>>copyOf(FEATURES), values -> values);

    private static final ConfigKey<Integer> WINDOW =
            ConfigKey.optional("window", ScalarTypes.whole(1), "tokens of prompt and answer together");
    private static final ConfigKey<Integer> MAX_OUTPUT =
            ConfigKey.optional("maxOutput", ScalarTypes.whole(1), "tokens of one answer");
    private static final ConfigKey<Capabilities.Price> PRICE_KEY = ConfigKey.optional("price", PRICE, PRICE.doc());
    private static final ConfigKey<ConfigValues> FEATURES_KEY =
            ConfigKey.of("features", FEATURE_SECTION, ConfigValues.NONE, FEATURE_SECTION.doc());

    static final ObjectType<ConfigValues> SECTION = new ObjectType<>(
            "catalogue",
            "what you know of a model; what is left out stays as publicly known",
            List.of(WINDOW, MAX_OUTPUT, PRICE_KEY, FEATURES_KEY),
            values -> values);

    private ModelKeys() {}

    static Capabilities applied(ConfigValues values, Capabilities known) {
        Capabilities model = known;
        Integer window = values.find(WINDOW);
        Integer maxOutput = values.find(MAX_OUTPUT);
        Capabilities.Price price = values.find(PRICE_KEY);
        model = window == null ? model : model.withWindow(window);
        model = maxOutput == null ? model : model.withMaxOutput(maxOutput);
        model = price == null ? model : model.withPrice(price);
        for (Feature feature : Feature.values()) {
            Boolean can = values.get(FEATURES_KEY).find(FEATURES.get(feature.ordinal()));
            if (can != null) {
                model = can ? model.withFeature(feature) : model.withoutFeature(feature);
            }
        }
        return model;
    }

    private static String doc(Feature feature) {
        return switch (feature) {
            case TOOLS -> "calls tools";
            case STREAMING -> "answers token by token";
            case STREAMING_TOOLS -> "tells tool calls on a stream";
            case VISION -> "reads images";
            case JSON_SCHEMA -> "holds its answer to a JSON schema";
            case REASONING -> "thinks before it answers";
            case PREFILL -> "continues a trailing assistant message";
            case SAME_RESPONSE -> "gives an answer that was begun once more";
        };
    }
}
