package dev.understudy.chat;

import java.util.Collection;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one model can do at one provider. What is not known is {@code null}, never a guess.
 *
 * @param features what it can do
 * @param window tokens of prompt and answer together
 * @param maxOutput tokens of one answer
 * @param price what it costs
 */
public record Capabilities(
        Set<Feature> features,
        @Nullable Integer window,
        @Nullable Integer maxOutput,
        @Nullable Price price) {

    private static final Capabilities ASSUMED = new Capabilities(
            EnumSet.of(Feature.TOOLS, Feature.STREAMING, Feature.STREAMING_TOOLS, Feature.VISION, Feature.JSON_SCHEMA),
            null,
            null,
            null);

    public Capabilities {
        features = Set.copyOf(features);
        requirePositive("window", window);
        requirePositive("maxOutput", maxOutput);
    }

    /**
     * What is assumed of a model that nobody described: all that today's chat models commonly do, no prefill, and
     * sizes and prices unknown. A vendor that refuses a feature answers with {@link FailureKind#UNSUPPORTED}.
     */
    public static Capabilities assumed() {
        return ASSUMED;
    }

    /** Exactly these features, sizes and prices unknown. */
    public static Capabilities of(Feature... features) {
        return new Capabilities(Set.of(features), null, null, null);
    }

    /** Whether all of {@code needed} can be done. */
    public boolean has(Collection<Feature> needed) {
        return features.containsAll(needed);
    }

    /** Whether {@code feature} can be done. */
    public boolean has(Feature feature) {
        return features.contains(feature);
    }

    public Capabilities with(Feature feature) {
        EnumSet<Feature> more = EnumSet.of(feature);
        more.addAll(features);
        return new Capabilities(more, window, maxOutput, price);
    }

    public Capabilities without(Feature feature) {
        EnumSet<Feature> fewer = EnumSet.noneOf(Feature.class);
        fewer.addAll(features);
        fewer.remove(feature);
        return new Capabilities(fewer, window, maxOutput, price);
    }

    public Capabilities withWindow(int tokens) {
        return new Capabilities(features, tokens, maxOutput, price);
    }

    public Capabilities withMaxOutput(int tokens) {
        return new Capabilities(features, window, tokens, price);
    }

    public Capabilities withPrice(Price price) {
        return new Capabilities(features, window, maxOutput, price);
    }

    private static void requirePositive(String what, @Nullable Integer tokens) {
        if (tokens != null && tokens < 1) {
            throw new IllegalArgumentException(
                    what + " is a number of tokens, 1 or more, or null when unknown: " + tokens);
        }
    }
}
