package dev.understudy.chat;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the model picks its words. What is {@code null} or empty is left to the vendor.
 *
 * @param temperature 0 to 2; some vendors allow no more than 1
 * @param topP above 0, up to 1
 * @param maxTokens at most so many tokens of answer
 * @param stop texts at which the answer ends
 * @param seed for answers that can be repeated, where a vendor knows it
 */
public record Sampling(
        @Nullable Double temperature,
        @Nullable Double topP,
        @Nullable Integer maxTokens,
        List<String> stop,
        @Nullable Long seed) {

    private static final Sampling DEFAULTS = new Sampling(null, null, null, List.of(), null);

    public Sampling {
        stop = List.copyOf(stop);
        if (temperature != null && !(temperature >= 0 && temperature <= 2)) {
            throw new IllegalArgumentException("temperature is 0 to 2: " + temperature);
        }
        if (topP != null && !(topP > 0 && topP <= 1)) {
            throw new IllegalArgumentException("topP is above 0 and at most 1: " + topP);
        }
        if (maxTokens != null && maxTokens < 1) {
            throw new IllegalArgumentException("maxTokens is 1 or more: " + maxTokens);
        }
    }

    /** Everything is left to the vendor. */
    public static Sampling defaults() {
        return DEFAULTS;
    }

    /** Whether the same request should give the same answer. */
    public boolean deterministic() {
        return seed != null || (temperature != null && temperature == 0);
    }
}
