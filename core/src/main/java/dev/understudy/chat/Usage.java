package dev.understudy.chat;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Tokens of one attempt, or their sum over several, counted alike for every vendor. Immutable; equal by value. Made by
 * factories and withers, so that further counts can be added.
 */
public final class Usage {

    private static final Usage NONE = new Usage(0, 0, 0, 0, false);

    private final int input;
    private final int output;
    private final int cachedInput;
    private final int reasoning;
    private final boolean estimated;

    private Usage(int input, int output, int cachedInput, int reasoning, boolean estimated) {
        if (input < 0 || output < 0 || cachedInput < 0 || reasoning < 0) {
            throw new IllegalArgumentException("Tokens are counted from 0: input " + input + ", output " + output
                    + ", cached " + cachedInput + ", reasoning " + reasoning);
        }
        this.input = input;
        this.output = output;
        this.cachedInput = cachedInput;
        this.reasoning = reasoning;
        this.estimated = estimated;
    }

    /** Tokens of the prompt, cached ones included. */
    public int input() {
        return input;
    }

    /** Tokens of the answer, reasoning included. */
    public int output() {
        return output;
    }

    /** Tokens of the input that came from the vendor's cache. */
    public int cachedInput() {
        return cachedInput;
    }

    /** Tokens of the output that were reasoning. */
    public int reasoning() {
        return reasoning;
    }

    /** Whether any part is an estimate, because the vendor told nothing. */
    public boolean estimated() {
        return estimated;
    }

    /** Nothing used, or nothing told. */
    public static Usage none() {
        return NONE;
    }

    public static Usage of(int input, int output) {
        return new Usage(input, output, 0, 0, false);
    }

    /** A prompt that nobody has counted. */
    public static Usage estimate(int input) {
        return new Usage(input, 0, 0, 0, true);
    }

    public Usage withCachedInput(int tokens) {
        return new Usage(input, output, tokens, reasoning, estimated);
    }

    public Usage withReasoning(int tokens) {
        return new Usage(input, output, cachedInput, tokens, estimated);
    }

    public Usage withEstimated(boolean estimated) {
        return new Usage(input, output, cachedInput, reasoning, estimated);
    }

    /** Tokens of prompt and answer; {@link Integer#MAX_VALUE} if they are more. */
    public int total() {
        return sum(input, output);
    }

    public Usage plus(Usage other) {
        if (other.equals(NONE)) {
            return this;
        }
        if (equals(NONE)) {
            return other;
        }
        return new Usage(
                sum(input, other.input),
                sum(output, other.output),
                sum(cachedInput, other.cachedInput),
                sum(reasoning, other.reasoning),
                estimated || other.estimated);
    }

    private static int sum(int one, int other) {
        return (int) Math.min(Integer.MAX_VALUE, (long) one + other);
    }

    @Override
    public boolean equals(@Nullable Object object) {
        return object instanceof Usage other
                && input == other.input
                && output == other.output
                && cachedInput == other.cachedInput
                && reasoning == other.reasoning
                && estimated == other.estimated;
    }

    @Override
    public int hashCode() {
        return Objects.hash(input, output, cachedInput, reasoning, estimated);
    }

    @Override
    public String toString() {
        return "Usage[input=" + input + ", output=" + output + ", cachedInput=" + cachedInput + ", reasoning="
                + reasoning + ", estimated=" + estimated + "]";
    }
}
