package dev.understudy.chat;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Parameters of sampling. A value that is {@code null} or empty is left to the vendor. Immutable; equal by value. Made by
 * factories and withers, so that further parameters can be added.
 */
public final class SamplingParameters {

    private static final SamplingParameters DEFAULTS = new SamplingParameters(null, null, null, List.of(), null);

    private final @Nullable Double temperature;
    private final @Nullable Double topP;
    private final @Nullable Integer maxTokens;
    private final List<String> stop;
    private final @Nullable Long seed;

    private SamplingParameters(
            @Nullable Double temperature,
            @Nullable Double topP,
            @Nullable Integer maxTokens,
            List<String> stop,
            @Nullable Long seed) {
        if (temperature != null && !(temperature >= 0 && temperature <= 2)) {
            throw new IllegalArgumentException("temperature is 0 to 2: " + temperature);
        }
        if (topP != null && !(topP > 0 && topP <= 1)) {
            throw new IllegalArgumentException("topP is above 0 and at most 1: " + topP);
        }
        if (maxTokens != null && maxTokens < 1) {
            throw new IllegalArgumentException("maxTokens is 1 or more: " + maxTokens);
        }
        this.temperature = temperature;
        this.topP = topP;
        this.maxTokens = maxTokens;
        this.stop = List.copyOf(stop);
        this.seed = seed;
    }

    /** 0 to 2; some vendors allow no more than 1. */
    public @Nullable Double temperature() {
        return temperature;
    }

    /** Above 0, up to 1. */
    public @Nullable Double topP() {
        return topP;
    }

    /** Most tokens of the answer. */
    public @Nullable Integer maxTokens() {
        return maxTokens;
    }

    /** Texts at which the answer ends. */
    public List<String> stop() {
        return stop;
    }

    /** Seed of answers that can be repeated, where a vendor has one. */
    public @Nullable Long seed() {
        return seed;
    }

    /** Everything is left to the vendor. */
    public static SamplingParameters defaults() {
        return DEFAULTS;
    }

    public SamplingParameters withTemperature(@Nullable Double temperature) {
        return new SamplingParameters(temperature, topP, maxTokens, stop, seed);
    }

    public SamplingParameters withTopP(@Nullable Double topP) {
        return new SamplingParameters(temperature, topP, maxTokens, stop, seed);
    }

    public SamplingParameters withMaxTokens(@Nullable Integer maxTokens) {
        return new SamplingParameters(temperature, topP, maxTokens, stop, seed);
    }

    public SamplingParameters withStop(List<String> stop) {
        return new SamplingParameters(temperature, topP, maxTokens, stop, seed);
    }

    public SamplingParameters withSeed(@Nullable Long seed) {
        return new SamplingParameters(temperature, topP, maxTokens, stop, seed);
    }

    /** Whether the same request should give the same answer. */
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
                && Objects.equals(seed, other.seed);
    }

    @Override
    public int hashCode() {
        return Objects.hash(temperature, topP, maxTokens, stop, seed);
    }

    @Override
    public String toString() {
        return "Sampling[temperature=" + temperature + ", topP=" + topP + ", maxTokens=" + maxTokens + ", stop=" + stop
                + ", seed=" + seed + "]";
    }
}
