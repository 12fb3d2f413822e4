package dev.understudy.provider.gemini;

import dev.understudy.chat.VendorData;
import dev.understudy.provider.dialect.DialectName;
import dev.understudy.provider.dialect.ExtraFields;
import dev.understudy.provider.dialect.VendorFields;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Collects what an answer tells beside its text: sources and log probabilities. They belong to the last text and are not
 * sent back. Not thread-safe.
 */
final class GeminiTextData {

    private static final String GROUNDING = "groundingMetadata";
    private static final String CITATIONS = "citationMetadata";
    private static final String LOGPROBS = "logprobsResult";
    private static final String CHOSEN = "chosenCandidates";
    private static final String TOP = "topCandidates";

    private final boolean withLogprobs;
    private Map<?, ?> grounding = Map.of();
    private final Set<Object> citations = new LinkedHashSet<>(0);
    private final List<Object> chosen = new ArrayList<>(0);
    private final List<Object> top = new ArrayList<>(0);

    // The last text.
    private int number = -1;
    private String signature = "";

    GeminiTextData(boolean withLogprobs) {
        this.withLogprobs = withLogprobs;
    }

    /** Adds the fields of a candidate; of the sources of a search the last ones count, which are all. */
    void add(Map<String, @Nullable Object> candidate) {
        if (candidate.get(GROUNDING) instanceof Map<?, ?> found
                && !found.isEmpty()
                && (grounding.isEmpty() || found.containsKey("groundingChunks"))) {
            grounding = found;
        }
        if (candidate.get(CITATIONS) instanceof Map<?, ?> cited) {
            citations.addAll(list(cited, "citationSources"));
            citations.addAll(list(cited, "citations"));
        }
        if (withLogprobs && candidate.get(LOGPROBS) instanceof Map<?, ?> result) {
            chosen.addAll(list(result, CHOSEN));
            top.addAll(list(result, TOP));
        }
    }

    private static List<?> list(Map<?, ?> object, String name) {
        return object.get(name) instanceof List<?> list ? list : List.of();
    }

    /** Returns true for a field of a candidate that is collected. */
    static boolean takes(String field) {
        return field.equals(GROUNDING) || field.equals(CITATIONS) || field.equals(LOGPROBS);
    }

    /** Records a text that is not empty, with its signature. */
    void text(int number, String signature) {
        this.number = number;
        this.signature = signature;
    }

    /** Returns the number of the last text; -1 without any. */
    int number() {
        return number;
    }

    /** Returns the data of the last text; null without anything new. */
    @Nullable
    VendorData data() {
        Map<String, Object> fields = new LinkedHashMap<>();
        if (!grounding.isEmpty()) {
            fields.put(GROUNDING, grounding);
        }
        if (!citations.isEmpty()) {
            fields.put(CITATIONS, Map.of("citations", new ArrayList<>(citations)));
        }
        if (!chosen.isEmpty()) {
            fields.put(LOGPROBS, ExtraFields.fields(CHOSEN, chosen, TOP, top));
        }
        if (number < 0 || fields.isEmpty()) {
            return null;
        }
        if (!signature.isEmpty()) {
            fields.put(GeminiBlocks.SIGNATURE, signature);
        }
        return VendorFields.data(DialectName.GEMINI, fields);
    }

    /** Returns the fields of a text's or a call's data that go back. */
    static Map<String, ?> sendable(Map<String, ? extends @Nullable Object> own) {
        Object signed = own.get(GeminiBlocks.SIGNATURE);
        return signed == null ? Map.of() : Map.of(GeminiBlocks.SIGNATURE, signed);
    }
}
