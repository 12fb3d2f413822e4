package dev.understudy.chat;

import java.time.LocalDate;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Capabilities of one model at one provider. A value that is not known is {@code null}, not a guess. Immutable; equal
 * by value. Created by factories and withers, so that capabilities can be added without breaking callers.
 */
public final class Capabilities {

    private static final Capabilities ASSUMED = new Capabilities(
            EnumSet.of(Feature.TOOLS, Feature.STREAMING, Feature.STREAMING_TOOLS, Feature.VISION, Feature.JSON_SCHEMA),
            null,
            null,
            null,
            null);

    private final Set<Feature> features;
    private final @Nullable Integer window;
    private final @Nullable Integer maxOutput;
    private final @Nullable Price price;
    private final @Nullable LocalDate retirement;

    private Capabilities(
            Set<Feature> features,
            @Nullable Integer window,
            @Nullable Integer maxOutput,
            @Nullable Price price,
            @Nullable LocalDate retirement) {
        requirePositive("window", window);
        requirePositive("maxOutput", maxOutput);
        this.features = Set.copyOf(features);
        this.window = window;
        this.maxOutput = maxOutput;
        this.price = price;
        this.retirement = retirement;
    }

    /**
     * Returns the features of the model.
     *
     * @return the features, unmodifiable
     */
    public Set<Feature> features() {
        return features;
    }

    /**
     * Returns the context window, for prompt and answer together.
     *
     * @return the tokens; {@code null} if unknown
     */
    public @Nullable Integer window() {
        return window;
    }

    /**
     * Returns the limit of one answer.
     *
     * @return the tokens; {@code null} if unknown
     */
    public @Nullable Integer maxOutput() {
        return maxOutput;
    }

    /**
     * Returns the price of the model's tokens.
     *
     * @return the price; {@code null} if unknown
     */
    public @Nullable Price price() {
        return price;
    }

    /**
     * Returns the day on which the vendor turns the model off. From that day on its requests are refused.
     *
     * @return the day; {@code null} if none is announced
     */
    public @Nullable LocalDate retirement() {
        return retirement;
    }

    /**
     * Returns the assumed capabilities of a model that is not described: features that chat models commonly have, no
     * prefill, sizes and price unknown. A vendor that does not support a feature responds with
     * {@link FailureKind#UNSUPPORTED}.
     *
     * @return the capabilities
     */
    public static Capabilities assumed() {
        return ASSUMED;
    }

    /**
     * Returns capabilities of exactly these features, with sizes and price unknown.
     *
     * @param features the features
     * @return the capabilities
     */
    public static Capabilities of(Feature... features) {
        return new Capabilities(Set.of(features), null, null, null, null);
    }

    /**
     * Returns whether the model has all of these features.
     *
     * @param needed the features
     * @return {@code true} if it has all
     */
    public boolean has(Collection<Feature> needed) {
        return features.containsAll(needed);
    }

    /**
     * Returns whether the model has a feature.
     *
     * @param feature the feature
     * @return {@code true} if it has the feature
     */
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

    /**
     * Returns a copy with a feature added.
     *
     * @param feature the feature
     * @return a copy
     */
    public Capabilities withFeature(Feature feature) {
        EnumSet<Feature> more = EnumSet.of(feature);
        more.addAll(features);
        return new Capabilities(more, window, maxOutput, price, retirement);
    }

    /**
     * Returns a copy with a feature removed.
     *
     * @param feature the feature
     * @return a copy
     */
    public Capabilities withoutFeature(Feature feature) {
        EnumSet<Feature> fewer = EnumSet.noneOf(Feature.class);
        fewer.addAll(features);
        fewer.remove(feature);
        return new Capabilities(fewer, window, maxOutput, price, retirement);
    }

    /**
     * Returns a copy with another context window.
     *
     * @param tokens 1 or more
     * @return a copy
     * @throws IllegalArgumentException if {@code tokens} is below 1
     */
    public Capabilities withWindow(int tokens) {
        return new Capabilities(features, tokens, maxOutput, price, retirement);
    }

    /**
     * Returns a copy with another limit of one answer.
     *
     * @param tokens 1 or more
     * @return a copy
     * @throws IllegalArgumentException if {@code tokens} is below 1
     */
    public Capabilities withMaxOutput(int tokens) {
        return new Capabilities(features, window, tokens, price, retirement);
    }

    /**
     * Returns a copy with another price.
     *
     * @param price the price
     * @return a copy
     */
    public Capabilities withPrice(Price price) {
        return new Capabilities(features, window, maxOutput, price, retirement);
    }

    /**
     * Returns a copy with the day on which the vendor turns the model off.
     *
     * @param day the day; {@code null} for none
     * @return a copy
     */
    public Capabilities withRetirement(@Nullable LocalDate day) {
        return new Capabilities(features, window, maxOutput, price, day);
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
                && Objects.equals(price, other.price)
                && Objects.equals(retirement, other.retirement);
    }

    @Override
    public int hashCode() {
        return Objects.hash(features, window, maxOutput, price, retirement);
    }

    @Override
    public String toString() {
        return "Capabilities[features=" + features + ", window=" + window + ", maxOutput=" + maxOutput + ", price="
                + price + (retirement == null ? "" : ", retirement=" + retirement) + "]";
    }

    /**
     * Price of a model per million tokens, in one currency for all providers.
     *
     * @param input price of the prompt where it was not cached, 0 or more
     * @param cachedInput price of the part of the prompt that came from the vendor's cache, 0 or more
     * @param output price of the answer, reasoning included, 0 or more
     * @param cacheWrite price of the part of the prompt that was written to the vendor's cache, 0 or more
     * @param longPrompt tokens of the prompt, cached ones included, above which another price holds for the whole call;
     *     0 for none
     * @param ofLongPrompts the price above that; {@code null} if {@code longPrompt} is 0
     */
    public record Price(
            double input,
            double cachedInput,
            double output,
            double cacheWrite,
            int longPrompt,
            @Nullable Price ofLongPrompts) {

        private static final double MILLION = 1_000_000;

        /**
         * Checks the values.
         *
         * @param input price of the prompt where it was not cached
         * @param cachedInput price of the part of the prompt that came from the vendor's cache
         * @param output price of the answer
         * @param cacheWrite price of the part of the prompt that was written to the vendor's cache
         * @param longPrompt tokens of the prompt above which another price holds
         * @param ofLongPrompts the price above that
         * @throws IllegalArgumentException if a value is negative or not a number, or there is a number of tokens without
         *     a price, or the other way round
         */
        public Price {
            if (!(input >= 0) || !(cachedInput >= 0) || !(output >= 0) || !(cacheWrite >= 0)) {
                throw new IllegalArgumentException("A price is a number per million tokens, 0 or more: " + input + ", "
                        + cachedInput + ", " + output + ", " + cacheWrite);
            }
            if (longPrompt < 0 || (longPrompt > 0) != (ofLongPrompts != null)) {
                throw new IllegalArgumentException("Another price holds above a number of tokens: " + longPrompt);
            }
        }

        /**
         * Creates a price that does not depend on the length of the prompt.
         *
         * @param input price of the prompt where it was not cached, 0 or more
         * @param cachedInput price of the part of the prompt that came from the vendor's cache, 0 or more
         * @param output price of the answer, reasoning included, 0 or more
         * @param cacheWrite price of the part of the prompt that was written to the vendor's cache, 0 or more
         */
        public Price(double input, double cachedInput, double output, double cacheWrite) {
            this(input, cachedInput, output, cacheWrite, 0, null);
        }

        /**
         * Creates a price whose cache is written at the price of input.
         *
         * @param input price of the prompt where it was not cached, 0 or more
         * @param cachedInput price of the part of the prompt that came from the vendor's cache, 0 or more
         * @param output price of the answer, reasoning included, 0 or more
         */
        public Price(double input, double cachedInput, double output) {
            this(input, cachedInput, output, input);
        }

        /**
         * Returns a copy with another price for long prompts.
         *
         * @param tokens tokens of the prompt, cached ones included, above which the other price holds for the whole call
         * @param price the other price
         * @return a copy
         */
        public Price withLongPrompts(int tokens, Price price) {
            return new Price(input, cachedInput, output, cacheWrite, tokens, price);
        }

        /**
         * Returns a price with one value for cached and other input.
         *
         * @param input price of the prompt per million tokens, 0 or more
         * @param output price of the answer per million tokens, 0 or more
         * @return the price
         */
        public static Price of(double input, double output) {
            return new Price(input, input, output);
        }

        /**
         * Computes the cost of the tokens of one call at this price.
         *
         * @param usage the tokens
         * @return the cost
         */
        public double cost(Usage usage) {
            if (ofLongPrompts != null && usage.input() > longPrompt) {
                return ofLongPrompts.cost(usage);
            }
            long fresh = Math.max(0, (long) usage.input() - usage.cachedInput() - usage.cacheWrite());
            return (fresh * input
                            + usage.cachedInput() * cachedInput
                            + usage.cacheWrite() * cacheWrite
                            + usage.output() * output)
                    / MILLION;
        }
    }
}
