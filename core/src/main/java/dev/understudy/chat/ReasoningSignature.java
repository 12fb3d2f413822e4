package dev.understudy.chat;

import java.util.Objects;

/**
 * A vendor's signature or encryption of a thought. It must go back unchanged to the same vendor and means nothing to
 * another.
 *
 * @param value the opaque value
 * @param redacted whether the value is the (encrypted) thought itself and not a signature of its text
 * @param origin the dialect that produced it, and the host if that is not the vendor's own: {@code "anthropic"}, {@code
 *     "anthropic@gateway.example.org"}
 */
public record ReasoningSignature(String value, boolean redacted, String origin) {
    public ReasoningSignature {
        Objects.requireNonNull(value, "value");
        Objects.requireNonNull(origin, "origin");
    }
}
