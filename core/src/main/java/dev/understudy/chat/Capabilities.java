package dev.understudy.chat;

import java.util.Collection;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Capabilities of one model at one provider. A value that is not known is {@code null}, never a guess. Immutable; equal by
 * value. Made by factories and withers, so that further capabilities can be added.
 */
public final class Capabilities {

    private static final Capabilities ASSUMED = new Capabilities(
            EnumSet.of(Feature.TOOLS, Feature.STREAMING, Feature.STREAMING_TOOLS, Feature.VISION, Feature.JSON_SCHEMA),
            null,
            null,
            null);

    private final Set<Feature> features;
    private final @Nullable Integer window;
    private final @Nullable Integer maxOutput;
    private final @Nullable Price price;

    private Capabilities(
            Set<Feature> features, @Nullable Integer window, @Nullable Integer maxOutput, @Nullable Price price) {
        requirePositive("window", window);
        requirePositive("maxOutput", maxOutput);
        this.features = Set.copyOf(features);
        this.window = window;
        this.maxOutput = maxOutput;
        this.price = price;
    }

    /** Features of the model. */
    public Set<Feature> features() {
        return features;
    }

    /** Tokens of prompt and answer together. */
    public @Nullable Integer window() {
        return window;
    }

    /** Most tokens of one answer. */
    public @Nullable Integer maxOutput() {
        return maxOutput;
    }

    /** Prices of its tokens. */
    public @Nullable Price price() {
        return price;
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

    /**
     * Computes the cost of tokens of this model.
     *
     * @param usage the tokens
     * @return the cost in the currency of the price; positive infinity if no price is known
     */
    public double cost(Usage usage) {
        return price == null ? Double.POSITIVE_INFINITY : price.cost(usage);
    }

    public Capabilities withFeature(Feature feature) {
        EnumSet<Feature> more = EnumSet.of(feature);
        more.addAll(features);
        return new Capabilities(more, window, maxOutput, price);
    }

    public Capabilities withoutFeature(Feature feature) {
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

    @Override
    public boolean equals(@Nullable Object object) {
        return object instanceof Capabilities other
                && Objects.equals(features, other.features)
                && Objects.equals(window, other.window)
                && Objects.equals(maxOutput, other.maxOutput)
                && Objects.equals(price, other.price);
    }

    @Override
    public int hashCode() {
        return Objects.hash(features, window, maxOutput, price);
    }

    @Override
    public String toString() {
        return "Capabilities[features=" + features + ", window=" + window + ", maxOutput=" + maxOutput + ", price="
                + price + "]";
    }

    /**
     * What a model costs, in one currency for all providers, per million tokens.
     *
     * @param input of the prompt, where it was not cached
     * @param cachedInput of the part of the prompt that came from the vendor's cache
     * @param output of the answer, reasoning included
     */
    public record Price(double input, double cachedInput, double output) {

        private static final double MILLION = 1_000_000;

        public Price {
            if (!(input >= 0) || !(cachedInput >= 0) || !(output >= 0)) {
                throw new IllegalArgumentException("A price is a number per million tokens, 0 or more: " + input + ", "
                        + cachedInput + ", " + output);
            }
        }

        /** A price where the cache makes no difference. */
        public static Price of(double input, double output) {
            return new Price(input, input, output);
        }

        /** What {@code usage} costs at this price. */
        public double cost(Usage usage) {
            int fresh = Math.max(0, usage.input() - usage.cachedInput());
            return (fresh * input + usage.cachedInput() * cachedInput + usage.output() * output) / MILLION;
        }
    }
}
