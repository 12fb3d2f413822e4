package dev.understudy.chat;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Metadata of a response, with the vendor's own values.
 *
 * @param id the vendor's id of the response; {@code null} if unknown
 * @param model the vendor's name of the model that answered, often more exact than the requested one; {@code null} if
 *     unknown
 * @param finishReason the vendor's finish reason; {@code null} if unknown
 * @param keyFingerprint salted fingerprint of the API key, never a part of the key; {@code null} if unknown
 * @param headers header fields of the response by their lower-case names: ids of the request, rate limits, region and
 *     processing time
 */
public record VendorMetadata(
        @Nullable String id,
        @Nullable String model,
        @Nullable String finishReason,
        @Nullable String keyFingerprint,
        Map<String, String> headers) {

    /** Names of header fields with the vendor's id of a request, which its support asks for. */
    public static final List<String> REQUEST_IDS = List.of(
            "x-request-id",
            "request-id",
            "x-amzn-requestid",
            "apim-request-id",
            "x-goog-request-id",
            "mistral-correlation-id",
            "x-generation-id",
            "x-debug-trace-id",
            "x-ds-trace-id",
            "x-inference-request-id");

    private static final VendorMetadata NONE = new VendorMetadata(null, null, null, null);

    /**
     * Copies the header fields.
     *
     * @param id the vendor's id of the response
     * @param model the vendor's name of the model that answered
     * @param finishReason the vendor's finish reason
     * @param keyFingerprint salted fingerprint of the API key
     * @param headers header fields of the response by their lower-case names
     */
    public VendorMetadata {
        headers = headers.isEmpty() ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(headers));
    }

    /**
     * Creates metadata without header fields.
     *
     * @param id the vendor's id of the response; {@code null} if unknown
     * @param model the vendor's name of the model that answered; {@code null} if unknown
     * @param finishReason the vendor's finish reason; {@code null} if unknown
     * @param keyFingerprint salted fingerprint of the API key; {@code null} if unknown
     */
    public VendorMetadata(
            @Nullable String id,
            @Nullable String model,
            @Nullable String finishReason,
            @Nullable String keyFingerprint) {
        this(id, model, finishReason, keyFingerprint, Map.of());
    }

    /**
     * Returns the vendor's id of the request, which is not the id of the response.
     *
     * @return the id; {@code null} if the vendor sent none
     */
    public @Nullable String requestId() {
        for (String name : REQUEST_IDS) {
            String id = headers.get(name);
            if (id != null) {
                return id;
            }
        }
        return null;
    }

    /**
     * Returns a copy with other header fields.
     *
     * @param headers header fields by their lower-case names
     * @return a copy
     */
    public VendorMetadata withHeaders(Map<String, String> headers) {
        return new VendorMetadata(id, model, finishReason, keyFingerprint, headers);
    }

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
        return new VendorMetadata(id, model, finishReason, fingerprint, headers);
    }
}
