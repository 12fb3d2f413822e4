package dev.understudy.chat;

/**
 * Tokens of one attempt, or their sum over several. Counted alike for every vendor: {@code input} includes what was
 * cached, {@code output} includes reasoning.
 *
 * @param input tokens of the prompt
 * @param output tokens of the answer
 * @param cachedInput how many of the input came from the vendor's cache
 * @param reasoning how many of the output were reasoning
 * @param estimated whether any part was estimated by us, because the vendor told nothing
 */
public record Usage(int input, int output, int cachedInput, int reasoning, boolean estimated) {

    private static final Usage NONE = new Usage(0, 0, 0, 0, false);

    public Usage {
        if (input < 0 || output < 0 || cachedInput < 0 || reasoning < 0) {
            throw new IllegalArgumentException("Tokens are counted from 0: input " + input + ", output " + output
                    + ", cached " + cachedInput + ", reasoning " + reasoning);
        }
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
}
