package dev.understudy.chat;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Tokens of one attempt, or their sum over several, counted in one way for all vendors. Immutable; equal by value.
 * Created by factories and withers, so that counts can be added without breaking callers.
 */
public final class Usage {

    private static final Usage NONE = new Usage(0, 0, 0, 0, 0, false);

    private final int input;
    private final int output;
    private final int cachedInput;
    private final int cacheWrite;
    private final int reasoning;
    private final boolean estimated;

    private Usage(int input, int output, int cachedInput, int cacheWrite, int reasoning, boolean estimated) {
        if (input < 0 || output < 0 || cachedInput < 0 || cacheWrite < 0 || reasoning < 0) {
            throw new IllegalArgumentException("Tokens are counted from 0: input " + input + ", output " + output
                    + ", cached " + cachedInput + ", written to the cache " + cacheWrite + ", reasoning " + reasoning);
        }
        this.input = input;
        this.output = output;
        this.cachedInput = cachedInput;
        this.cacheWrite = cacheWrite;
        this.reasoning = reasoning;
        this.estimated = estimated;
    }

    /**
     * Returns the tokens of the prompt, cached ones included.
     *
     * @return the tokens
     */
    public int input() {
        return input;
    }

    /**
     * Returns the tokens of the answer, reasoning included.
     *
     * @return the tokens
     */
    public int output() {
        return output;
    }

    /**
     * Returns the tokens of the input that came from the vendor's cache.
     *
     * @return the tokens
     */
    public int cachedInput() {
        return cachedInput;
    }

    /**
     * Returns the input tokens that were written to the vendor's cache.
     *
     * @return the tokens, part of {@link #input()}
     */
    public int cacheWrite() {
        return cacheWrite;
    }

    /**
     * Returns the tokens of the output that were reasoning.
     *
     * @return the tokens
     */
    public int reasoning() {
        return reasoning;
    }

    /**
     * Returns whether any count is an estimate because the vendor reported none.
     *
     * @return {@code true} if any count is an estimate
     */
    public boolean estimated() {
        return estimated;
    }

    /**
     * Returns the usage of no tokens, also used when the usage is unknown.
     *
     * @return the usage
     */
    public static Usage none() {
        return NONE;
    }

    /**
     * Returns the usage of these tokens, without cached input and reasoning.
     *
     * @param input tokens of the prompt, 0 or more
     * @param output tokens of the answer, 0 or more
     * @return the usage
     * @throws IllegalArgumentException if a count is negative
     */
    public static Usage of(int input, int output) {
        return new Usage(input, output, 0, 0, 0, false);
    }

    /**
     * Returns an estimated usage of a prompt without an answer.
     *
     * @param input tokens of the prompt, 0 or more
     * @return the usage, marked as estimated
     * @throws IllegalArgumentException if the count is negative
     */
    public static Usage estimate(int input) {
        return new Usage(input, 0, 0, 0, 0, true);
    }

    /**
     * Returns a copy with another count of cached input.
     *
     * @param tokens 0 or more
     * @return a copy
     * @throws IllegalArgumentException if the count is negative
     */
    public Usage withCachedInput(int tokens) {
        return new Usage(input, output, tokens, cacheWrite, reasoning, estimated);
    }

    /**
     * Returns a copy with other tokens written to the cache.
     *
     * @param tokens the tokens, part of the input
     * @return a copy
     */
    public Usage withCacheWrite(int tokens) {
        return new Usage(input, output, cachedInput, tokens, reasoning, estimated);
    }

    /**
     * Returns a copy with another count of reasoning.
     *
     * @param tokens 0 or more
     * @return a copy
     * @throws IllegalArgumentException if the count is negative
     */
    public Usage withReasoning(int tokens) {
        return new Usage(input, output, cachedInput, cacheWrite, tokens, estimated);
    }

    /**
     * Returns a copy that is or is not marked as estimated.
     *
     * @param estimated {@code true} if any count is an estimate
     * @return a copy
     */
    public Usage withEstimated(boolean estimated) {
        return new Usage(input, output, cachedInput, cacheWrite, reasoning, estimated);
    }

    /**
     * Returns the tokens of prompt and answer.
     *
     * @return the sum, at most {@link Integer#MAX_VALUE}
     */
    public int total() {
        return sum(input, output);
    }

    /**
     * Adds another usage, count by count.
     *
     * @param other the other usage
     * @return the sum, each count at most {@link Integer#MAX_VALUE}; estimated if one of both is
     */
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
                sum(cacheWrite, other.cacheWrite),
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
                && cacheWrite == other.cacheWrite
                && reasoning == other.reasoning
                && estimated == other.estimated;
    }

    @Override
    public int hashCode() {
        return Objects.hash(input, output, cachedInput, cacheWrite, reasoning, estimated);
    }

    @Override
    public String toString() {
        return "Usage[input=" + input + ", output=" + output + ", cachedInput=" + cachedInput
                + (cacheWrite == 0 ? "" : ", cacheWrite=" + cacheWrite) + ", reasoning=" + reasoning + ", estimated="
                + estimated + "]";
    }
}
