package dev.understudy.provider.openai;

import dev.understudy.chat.VendorData;
import dev.understudy.provider.dialect.DialectName;
import dev.understudy.provider.dialect.ExtraFields;
import dev.understudy.provider.dialect.VendorFields;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Collects the data with which the reasoning of an answer goes back: the name of its field, or its details. Details of a
 * stream come in fragments, which are joined. Not thread-safe.
 */
final class OpenAiChatReasoning {

    /** Name of the vendor data's field that names the field of the text. */
    static final String FIELD = "field";

    static final String DETAILS = "reasoning_details";

    /** Field of fragments in a list of content parts. */
    static final String THINKING = "thinking";

    private String field = "";
    private final List<Map<String, @Nullable Object>> details = new ArrayList<>(0);

    void add(OpenAiChatDelta turn) {
        if (field.isEmpty()) {
            field = turn.reasoningField();
        }
        for (Map<String, @Nullable Object> detail : turn.details()) {
            Map<String, @Nullable Object> before = details.isEmpty() ? null : details.get(details.size() - 1);
            if (before != null && isOne(before, detail)) {
                detail.forEach((name, value) -> join(before, name, value));
            } else {
                details.add(new LinkedHashMap<>(detail));
            }
        }
    }

    /** Fragments of one detail share type and index, and hold text. */
    private static boolean isOne(Map<String, @Nullable Object> before, Map<String, @Nullable Object> next) {
        boolean text = next.get("text") instanceof CharSequence || next.get("summary") instanceof CharSequence;
        boolean signed = next.containsKey("signature");
        return (text || signed)
                && String.valueOf(before.get("type")).equals(String.valueOf(next.get("type")))
                && String.valueOf(before.get("index")).equals(String.valueOf(next.get("index")));
    }

    private static void join(Map<String, @Nullable Object> before, String name, @Nullable Object value) {
        boolean grows = name.equals("text") || name.equals("summary");
        if (grows && value instanceof String more && before.get(name) instanceof CharSequence text) {
            StringBuilder all = text instanceof StringBuilder builder ? builder : new StringBuilder(text);
            before.put(name, all.append(more));
        } else if (value != null) {
            before.put(name, value);
        }
    }

    /** Returns true if reasoning came that has no text. */
    boolean isHidden() {
        return field.isEmpty() && !details.isEmpty();
    }

    @Nullable
    VendorData data() {
        if (!details.isEmpty()) {
            return VendorFields.data(DialectName.OPENAI_CHAT, ExtraFields.fields(DETAILS, details));
        }
        return field.isEmpty() ? null : VendorFields.data(DialectName.OPENAI_CHAT, ExtraFields.fields(FIELD, field));
    }
}
