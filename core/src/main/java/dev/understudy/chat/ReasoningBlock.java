package dev.understudy.chat;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A piece of the model's reasoning.
 *
 * @param text what it tells of its reasoning, "" when it is hidden
 * @param signature the vendor's signature, if there is one
 */
public record ReasoningBlock(String text, @Nullable ReasoningSignature signature) {
    public ReasoningBlock {
        Objects.requireNonNull(text, "text");
    }

    public static ReasoningBlock of(String text) {
        return new ReasoningBlock(text, null);
    }
}
