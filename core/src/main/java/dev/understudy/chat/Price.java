package dev.understudy.chat;

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
            throw new IllegalArgumentException(
                    "A price is a number per million tokens, 0 or more: " + input + ", " + cachedInput + ", " + output);
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
