package dev.understudy.chat;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A part of the model's reasoning.
 *
 * @param text the reasoning, "" when hidden
 * @param signature the vendor's signature; {@code null} if there is none
 * @param vendorData data that goes back with the reasoning, such as the field it came in; {@code null} for none
 */
public record ReasoningBlock(
        String text,
        @Nullable Signature signature,
        @Nullable VendorData vendorData) implements ContentBlock {
    /**
     * Checks that no required value is {@code null}.
     *
     * @param text the reasoning
     * @param signature the vendor's signature
     * @param vendorData data that goes back with the reasoning
     */
    public ReasoningBlock {
        Objects.requireNonNull(text, "text");
    }

    /**
     * Creates reasoning without vendor data.
     *
     * @param text the reasoning, "" when hidden
     * @param signature the vendor's signature; {@code null} if there is none
     */
    public ReasoningBlock(String text, @Nullable Signature signature) {
        this(text, signature, null);
    }

    @Override
    public ReasoningBlock withVendorData(@Nullable VendorData vendorData) {
        return new ReasoningBlock(text, signature, vendorData);
    }

    /**
     * Returns reasoning without signature.
     *
     * @param text the reasoning
     * @return the block
     */
    public static ReasoningBlock of(String text) {
        return new ReasoningBlock(text, null);
    }

    /**
     * A vendor's signature or encryption of a reasoning block, to be sent back unchanged to the vendor that made it.
     *
     * @param value the opaque value
     * @param redacted {@code true} if the value is the encrypted reasoning itself and not a signature of its text
     * @param origin the dialect that produced it, and the host if that is not the vendor's own: {@code "anthropic"},
     *     {@code "anthropic@gateway.example.org"}
     */
    public record Signature(String value, boolean redacted, String origin) {
        /**
         * Checks that no required value is {@code null}.
         *
         * @param value the opaque value
         * @param redacted {@code true} if the value is the encrypted reasoning itself and not a signature of its text
         * @param origin the dialect that produced it
         */
        public Signature {
            Objects.requireNonNull(value, "value");
            Objects.requireNonNull(origin, "origin");
        }
    }
}
