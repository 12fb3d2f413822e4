package dev.understudy.chat;

import java.util.Objects;

/**
 * Data of a content block that only its origin understands: fields beside the content, or a whole block. Sent back
 * unchanged to the origin with the block, and left out for every other target.
 *
 * @param origin the dialect, such as {@code anthropic}; followed by {@code @} and the host where only that host accepts
 *     the data
 * @param json a JSON object, as received
 */
public record VendorData(String origin, String json) {
    /**
     * Checks that no required value is {@code null}.
     *
     * @param origin dialect and host
     * @param json a JSON object
     */
    public VendorData {
        Objects.requireNonNull(origin, "origin");
        Objects.requireNonNull(json, "json");
    }

    /**
     * Returns a copy with another origin.
     *
     * @param origin dialect and host
     * @return a copy
     */
    public VendorData withOrigin(String origin) {
        return new VendorData(origin, json);
    }

    /** Describes origin and size, without the data. */
    @Override
    public String toString() {
        return "VendorData[" + origin + ", " + json.length() + " characters]";
    }
}
