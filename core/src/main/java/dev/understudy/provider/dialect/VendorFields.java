package dev.understudy.provider.dialect;

import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.VendorData;
import dev.understudy.provider.json.Json;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Converts between the fields of a received block and the {@link VendorData} that brings them back. */
public final class VendorFields {

    private VendorFields() {}

    /** Returns the fields as vendor data; null without fields. */
    public static @Nullable VendorData data(String origin, Map<String, ? extends @Nullable Object> fields) {
        return fields.isEmpty() ? null : new VendorData(origin, Json.text(fields));
    }

    /** Returns the fields that a block brought from this origin; empty for a block of another origin. */
    public static Map<String, ? extends @Nullable Object> of(ContentBlock block, String origin) {
        VendorData data = block.vendorData();
        if (data == null || !data.origin().equals(origin)) {
            return Map.of();
        }
        Map<String, @Nullable Object> fields = Json.object(data.json());
        return fields == null ? Map.of() : fields;
    }
}
