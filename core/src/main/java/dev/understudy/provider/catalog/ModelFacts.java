package dev.understudy.provider.catalog;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.Feature;
import java.time.LocalDate;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Published facts of one model. Missing values are unknown.
 *
 * @param window context window in tokens
 * @param maxOutput limit of one answer in tokens
 * @param price dollars per million tokens, for prompts of usual length at peak hours
 * @param severalPrices true if the name stands for models of different prices, so that it has none
 * @param with features beyond {@link Capabilities#assumed()}
 * @param without features of {@link Capabilities#assumed()} that the model does not have
 * @param retires day on which the vendor turns the model off
 */
record ModelFacts(
        @Nullable Integer window,
        @Nullable Integer maxOutput,
        Capabilities.@Nullable Price price,
        boolean severalPrices,
        Set<Feature> with,
        Set<Feature> without,
        @Nullable LocalDate retires) {

    static final ModelFacts NONE = new ModelFacts(null, null, null, false, Set.of(), Set.of(), null);

    /** Returns these facts where they are known, and those of the other source where they are not. */
    ModelFacts or(ModelFacts other) {
        return new ModelFacts(
                window == null ? other.window : window,
                maxOutput == null ? other.maxOutput : maxOutput,
                price == null ? other.price : price,
                severalPrices || other.severalPrices,
                with.isEmpty() ? other.with : with,
                without.isEmpty() ? other.without : without,
                retires == null ? other.retires : retires);
    }

    Capabilities capabilities() {
        Capabilities model = Capabilities.assumed();
        for (Feature feature : with) {
            model = model.withFeature(feature);
        }
        for (Feature feature : without) {
            model = model.withoutFeature(feature);
        }
        model = window == null ? model : model.withWindow(window);
        model = maxOutput == null ? model : model.withMaxOutput(maxOutput);
        model = price == null || severalPrices ? model : model.withPrice(price);
        return retires == null ? model : model.withRetirement(retires);
    }
}
