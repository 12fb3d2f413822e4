package dev.understudy.ops.config;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.Feature;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Keys of the capabilities of a model, which override those of the model catalog. */
final class ModelKeys {

    private static final ValueType<Double> AMOUNT = ScalarTypes.number("[0", "0 or more");

    private static final ConfigKey<Double> INPUT =
            ConfigKey.required("input", AMOUNT, "price of a million prompt tokens");
    private static final ConfigKey<Double> CACHED = ConfigKey.optional(
            "cachedInput",
            AMOUNT,
            "price of a million prompt tokens from the vendor's cache; that of `input` if left out");
    private static final ConfigKey<Double> CACHE_WRITE = ConfigKey.optional(
            "cacheWrite",
            AMOUNT,
            "price of a million prompt tokens that are written to the vendor's cache; that of `input` if left out");
    private static final ConfigKey<Double> OUTPUT =
            ConfigKey.required("output", AMOUNT, "price of a million tokens of the answer");

    private static final ConfigKey<Integer> ABOVE = ConfigKey.required(
            "above",
            ScalarTypes.whole(1),
            "tokens of the prompt, cached ones included, above which these prices hold for the whole call");

    private static final ObjectType<ConfigValues> LONG = new ObjectType<>(
            "longPrompts",
            "prices of calls with long prompts",
            List.of(ABOVE, INPUT, CACHED, CACHE_WRITE, OUTPUT),
            values -> values);
    private static final ConfigKey<ConfigValues> LONG_PROMPTS = ConfigKey.optional("longPrompts", LONG, LONG.doc());

    private static final ObjectType<Capabilities.Price> PRICE = new ObjectType<>(
            "price",
            "prices of a model, in one currency for all providers",
            List.of(INPUT, CACHED, CACHE_WRITE, OUTPUT, LONG_PROMPTS),
            values -> {
                ConfigValues longPrompts = values.find(LONG_PROMPTS);
                return longPrompts == null
                        ? price(values)
                        : price(values).withLongPrompts(longPrompts.get(ABOVE), price(longPrompts));
            });

    private static Capabilities.Price price(ConfigValues values) {
        Double cached = values.find(CACHED);
        Double cacheWrite = values.find(CACHE_WRITE);
        return new Capabilities.Price(
                values.get(INPUT),
                cached == null ? values.get(INPUT) : cached,
                values.get(OUTPUT),
                cacheWrite == null ? values.get(INPUT) : cacheWrite);
    }

    private static final Map<Feature, ConfigKey<Boolean>> FEATURES = new EnumMap<>(Feature.class);

    static {
        for (Feature feature : Feature.values()) {
            FEATURES.put(feature, ConfigKey.optional(ScalarTypes.label(feature), ScalarTypes.FLAG, doc(feature)));
        }
    }

    private static final ObjectType<ConfigValues> FEATURE_SECTION =
            new ObjectType<>("features", "features of a model", List.copyOf(FEATURES.values()), values -> values);

    private static final ConfigKey<Integer> WINDOW =
            ConfigKey.optional("window", ScalarTypes.whole(1), "context window: tokens of prompt and answer together");
    private static final ConfigKey<Integer> MAX_OUTPUT =
            ConfigKey.optional("maxOutput", ScalarTypes.whole(1), "largest number of tokens of one answer");
    private static final ConfigKey<Capabilities.Price> PRICE_KEY = ConfigKey.optional("price", PRICE, PRICE.doc());
    private static final ConfigKey<ConfigValues> FEATURES_KEY =
            ConfigKey.of("features", FEATURE_SECTION, ConfigValues.NONE, FEATURE_SECTION.doc());

    static final ObjectType<ConfigValues> SECTION = new ObjectType<>(
            "catalogue",
            "capabilities of a model; keys that are left out keep the publicly known values",
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
        for (Map.Entry<Feature, ConfigKey<Boolean>> entry : FEATURES.entrySet()) {
            Boolean can = values.get(FEATURES_KEY).find(entry.getValue());
            if (can != null) {
                model = can ? model.withFeature(entry.getKey()) : model.withoutFeature(entry.getKey());
            }
        }
        return model;
    }

    private static String doc(Feature feature) {
        return switch (feature) {
            case TOOLS -> "calls of tools";
            case STREAMING -> "streamed answers";
            case STREAMING_TOOLS -> "tool calls in streams";
            case VISION -> "images as input";
            case JSON_SCHEMA -> "answers that conform to a JSON schema";
            case REASONING -> "reasoning before the answer";
            case LOADING -> "loading of the model when it is requested; selects `loadingTimeouts`";
            case PREFILL -> "continuation of a trailing assistant message";
            case SAME_RESPONSE -> "retrieval of an interrupted answer";
        };
    }
}
