package dev.understudy.chat;

import org.jspecify.annotations.Nullable;

/**
 * What the vendor itself says of an answer, in its own words.
 *
 * @param id the vendor's id of the answer
 * @param model the vendor's name of the model that answered, often more exact than the one asked for
 * @param finishReason the vendor's word for why it ended
 * @param keyFingerprint which of several keys was used, as a salted fingerprint; never a part of the key
 */
public record VendorMetadata(
        @Nullable String id,
        @Nullable String model,
        @Nullable String finishReason,
        @Nullable String keyFingerprint) {

    private static final VendorMetadata NONE = new VendorMetadata(null, null, null, null);

    /** The vendor said nothing. */
    public static VendorMetadata none() {
        return NONE;
    }

    public VendorMetadata withKeyFingerprint(@Nullable String fingerprint) {
        return new VendorMetadata(id, model, finishReason, fingerprint);
    }
}
