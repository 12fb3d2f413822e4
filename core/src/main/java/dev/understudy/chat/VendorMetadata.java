package dev.understudy.chat;

import org.jspecify.annotations.Nullable;

/**
 * Metadata of a response, with the vendor's own values.
 *
 * @param id the vendor's id of the response; {@code null} if unknown
 * @param model the vendor's name of the model that answered, often more exact than the requested one; {@code null} if
 *     unknown
 * @param finishReason the vendor's finish reason; {@code null} if unknown
 * @param keyFingerprint salted fingerprint of the API key, never a part of the key; {@code null} if unknown
 */
public record VendorMetadata(
        @Nullable String id,
        @Nullable String model,
        @Nullable String finishReason,
        @Nullable String keyFingerprint) {

    private static final VendorMetadata NONE = new VendorMetadata(null, null, null, null);

    /**
     * Returns metadata without any value.
     *
     * @return the metadata
     */
    public static VendorMetadata none() {
        return NONE;
    }

    /**
     * Returns a copy with another key fingerprint.
     *
     * @param fingerprint salted fingerprint of the key; {@code null} if unknown
     * @return a copy
     */
    public VendorMetadata withKeyFingerprint(@Nullable String fingerprint) {
        return new VendorMetadata(id, model, finishReason, fingerprint);
    }
}
