package dev.understudy.provider.cohere;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.VendorData;
import dev.understudy.provider.dialect.DialectName;
import dev.understudy.provider.dialect.Logprobs;
import dev.understudy.provider.dialect.VendorFields;
import dev.understudy.provider.json.JsonReader;
import dev.understudy.provider.json.JsonTree;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Collects what an answer tells beside its text: sources and log probabilities. They are not sent back. Not thread-safe.
 */
final class CohereTextData {

    private final boolean withLogprobs;
    private final Set<Object> citations = new LinkedHashSet<>(0);
    private final List<Object> logprobs = new ArrayList<>(0);

    CohereTextData(ChatRequest request) {
        this.withLogprobs = Logprobs.areAskedFor(request, DialectName.COHERE);
    }

    void citations(List<?> more) {
        citations.addAll(more);
    }

    /** Reads the log probabilities of a text, or a list of them. */
    void logprobs(JsonReader in) {
        if (withLogprobs) {
            logprobs.addAll(JsonTree.list(in));
        }
    }

    @Nullable
    VendorData data() {
        Map<String, Object> fields = new LinkedHashMap<>();
        if (!citations.isEmpty()) {
            fields.put("citations", new ArrayList<>(citations));
        }
        if (!logprobs.isEmpty()) {
            fields.put(Logprobs.FIELD, logprobs);
        }
        return VendorFields.data(DialectName.COHERE, fields);
    }
}
