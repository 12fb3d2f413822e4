package dev.understudy.chat;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Sampling parameters. A value that is {@code null} or empty leaves the vendor's default. Immutable; equal by value.
 * Created by {@link #defaults()} and withers, so that parameters can be added without breaking callers.
 */
public final class SamplingParameters {

    private static final SamplingParameters DEFAULTS =
            new SamplingParameters(null, null, null, List.of(), null, null, null, null);

    private final @Nullable Double temperature;
    private final @Nullable Double topP;
    private final @Nullable Integer maxTokens;
    private final List<String> stop;
    private final @Nullable Long seed;
    private final @Nullable Integer topK;
    private final @Nullable Double frequencyPenalty;
    private final @Nullable Double presencePenalty;

    private SamplingParameters(
            @Nullable Double temperature,
            @Nullable Double topP,
            @Nullable Integer maxTokens,
            List<String> stop,
            @Nullable Long seed,
            @Nullable Integer topK,
            @Nullable Double frequencyPenalty,
            @Nullable Double presencePenalty) {
        if (temperature != null && !(temperature >= 0 && temperature <= 2)) {
            throw new IllegalArgumentException("temperature is 0 to 2: " + temperature);
        }
        if (topP != null && !(topP > 0 && topP <= 1)) {
            throw new IllegalArgumentException("topP is above 0 and at most 1: " + topP);
        }
        if (maxTokens != null && maxTokens < 1) {
            throw new IllegalArgumentException("maxTokens is 1 or more: " + maxTokens);
        }
        if (topK != null && topK < 1) {
            throw new IllegalArgumentException("topK is 1 or more: " + topK);
        }
        requirePenalty("frequencyPenalty", frequencyPenalty);
        requirePenalty("presencePenalty", presencePenalty);
        this.temperature = temperature;
        this.topP = topP;
        this.maxTokens = maxTokens;
        this.stop = List.copyOf(stop);
        this.seed = seed;
        this.topK = topK;
        this.frequencyPenalty = frequencyPenalty;
        this.presencePenalty = presencePenalty;
    }

    private static void requirePenalty(String name, @Nullable Double penalty) {
        if (penalty != null && !(penalty >= -2 && penalty <= 2)) {
            throw new IllegalArgumentException(name + " is -2 to 2: " + penalty);
        }
    }

    /**
     * Returns the temperature.
     *
     * @return 0 to 2 (some vendors accept at most 1); {@code null} for the vendor's default
     */
    public @Nullable Double temperature() {
        return temperature;
    }

    /**
     * Returns the probability mass of nucleus sampling.
     *
     * @return above 0 and at most 1; {@code null} for the vendor's default
     */
    public @Nullable Double topP() {
        return topP;
    }

    /**
     * Returns the limit of tokens of the answer.
     *
     * @return 1 or more; {@code null} for the vendor's default
     */
    public @Nullable Integer maxTokens() {
        return maxTokens;
    }

    /**
     * Returns the stop sequences, at which the answer ends.
     *
     * @return the sequences, unmodifiable
     */
    public List<String> stop() {
        return stop;
    }

    /**
     * Returns the seed for reproducible answers, where a vendor supports one.
     *
     * @return the seed; {@code null} for none
     */
    public @Nullable Long seed() {
        return seed;
    }

    /**
     * Returns the number of most probable tokens among which one is drawn.
     *
     * @return 1 or more; {@code null} for the vendor's default
     */
    public @Nullable Integer topK() {
        return topK;
    }

    /**
     * Returns the penalty of tokens by the number of their occurrences so far.
     *
     * @return -2 to 2; {@code null} for the vendor's default
     */
    public @Nullable Double frequencyPenalty() {
        return frequencyPenalty;
    }

    /**
     * Returns the penalty of tokens that occurred before.
     *
     * @return -2 to 2; {@code null} for the vendor's default
     */
    public @Nullable Double presencePenalty() {
        return presencePenalty;
    }

    /**
     * Returns parameters that leave everything to the vendor.
     *
     * @return the parameters
     */
    public static SamplingParameters defaults() {
        return DEFAULTS;
    }

    /**
     * Returns a copy with another temperature.
     *
     * @param temperature 0 to 2; {@code null} for the vendor's default
     * @return a copy
     * @throws IllegalArgumentException if the value is out of its range
     */
    public SamplingParameters withTemperature(@Nullable Double temperature) {
        return new SamplingParameters(
                temperature, topP, maxTokens, stop, seed, topK, frequencyPenalty, presencePenalty);
    }

    /**
     * Returns a copy with another probability mass.
     *
     * @param topP above 0 and at most 1; {@code null} for the vendor's default
     * @return a copy
     * @throws IllegalArgumentException if the value is out of its range
     */
    public SamplingParameters withTopP(@Nullable Double topP) {
        return new SamplingParameters(
                temperature, topP, maxTokens, stop, seed, topK, frequencyPenalty, presencePenalty);
    }

    /**
     * Returns a copy with another limit of tokens of the answer.
     *
     * @param maxTokens 1 or more; {@code null} for the vendor's default
     * @return a copy
     * @throws IllegalArgumentException if the value is out of its range
     */
    public SamplingParameters withMaxTokens(@Nullable Integer maxTokens) {
        return new SamplingParameters(
                temperature, topP, maxTokens, stop, seed, topK, frequencyPenalty, presencePenalty);
    }

    /**
     * Returns a copy with other stop sequences.
     *
     * @param stop the sequences; empty for none
     * @return a copy
     */
    public SamplingParameters withStop(List<String> stop) {
        return new SamplingParameters(
                temperature, topP, maxTokens, stop, seed, topK, frequencyPenalty, presencePenalty);
    }

    /**
     * Returns a copy with another seed.
     *
     * @param seed the seed; {@code null} for none
     * @return a copy
     */
    public SamplingParameters withSeed(@Nullable Long seed) {
        return new SamplingParameters(
                temperature, topP, maxTokens, stop, seed, topK, frequencyPenalty, presencePenalty);
    }

    /**
     * Returns a copy with another number of most probable tokens.
     *
     * @param topK 1 or more; {@code null} for the vendor's default
     * @return a copy
     * @throws IllegalArgumentException if the value is out of its range
     */
    public SamplingParameters withTopK(@Nullable Integer topK) {
        return new SamplingParameters(
                temperature, topP, maxTokens, stop, seed, topK, frequencyPenalty, presencePenalty);
    }

    /**
     * Returns a copy with another penalty of frequent tokens.
     *
     * @param frequencyPenalty -2 to 2; {@code null} for the vendor's default
     * @return a copy
     * @throws IllegalArgumentException if the value is out of its range
     */
    public SamplingParameters withFrequencyPenalty(@Nullable Double frequencyPenalty) {
        return new SamplingParameters(
                temperature, topP, maxTokens, stop, seed, topK, frequencyPenalty, presencePenalty);
    }

    /**
     * Returns a copy with another penalty of tokens that occurred.
     *
     * @param presencePenalty -2 to 2; {@code null} for the vendor's default
     * @return a copy
     * @throws IllegalArgumentException if the value is out of its range
     */
    public SamplingParameters withPresencePenalty(@Nullable Double presencePenalty) {
        return new SamplingParameters(
                temperature, topP, maxTokens, stop, seed, topK, frequencyPenalty, presencePenalty);
    }

    /**
     * Returns whether a repeated request is expected to give an equal answer.
     *
     * @return {@code true} if there is a seed, or the temperature is 0
     */
    public boolean deterministic() {
        return seed != null || (temperature != null && temperature == 0);
    }

    @Override
    public boolean equals(@Nullable Object object) {
        return object instanceof SamplingParameters other
                && Objects.equals(temperature, other.temperature)
                && Objects.equals(topP, other.topP)
                && Objects.equals(maxTokens, other.maxTokens)
                && Objects.equals(stop, other.stop)
                && Objects.equals(seed, other.seed)
                && Objects.equals(topK, other.topK)
                && Objects.equals(frequencyPenalty, other.frequencyPenalty)
                && Objects.equals(presencePenalty, other.presencePenalty);
    }

    @Override
    public int hashCode() {
        return Objects.hash(temperature, topP, maxTokens, stop, seed, topK, frequencyPenalty, presencePenalty);
    }

    @Override
    public String toString() {
        return "Sampling[temperature=" + temperature + ", topP=" + topP + ", maxTokens=" + maxTokens + ", stop=" + stop
                + ", seed=" + seed + ", topK=" + topK + ", frequencyPenalty=" + frequencyPenalty + ", presencePenalty="
                + presencePenalty + "]";
    }
}
