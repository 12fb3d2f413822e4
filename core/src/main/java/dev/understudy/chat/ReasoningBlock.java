package dev.understudy.chat;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A piece of the model's reasoning.
 *
 * @param text what it tells of its reasoning, "" when it is hidden
 * @param signature the vendor's signature, if there is one
 */
public record ReasoningBlock(String text, @Nullable Signature signature) {
    public ReasoningBlock {
        Objects.requireNonNull(text, "text");
    }

    public static ReasoningBlock of(String text) {
        return new ReasoningBlock(text, null);
    }

    /**
     * A vendor's signature or encryption of a thought. It must go back unchanged to the same vendor and means nothing to
     * another.
     *
     * @param value the opaque value
     * @param redacted whether the value is the (encrypted) thought itself and not a signature of its text
     * @param origin the dialect that produced it, and the host if that is not the vendor's own: {@code "anthropic"}, {@code
     *     "anthropic@gateway.example.org"}
     */
    public record Signature(String value, boolean redacted, String origin) {
        public Signature {
            Objects.requireNonNull(value, "value");
            Objects.requireNonNull(origin, "origin");
        }
    }
}
