package dev.understudy.provider.openai;

import dev.understudy.chat.VendorData;
import dev.understudy.provider.dialect.DialectName;
import dev.understudy.provider.dialect.Logprobs;
import dev.understudy.provider.dialect.VendorFields;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Collects what an answer has beside its text: sources, files that the server parsed, log probabilities, and a field that
 * the server wants back. That field and the files go back, which saves another parsing; servers refuse the others. Not
 * thread-safe.
 */
final class OpenAiChatTextData {

    /** Field of a message or a call in which Gemini's compatible form expects a signature. */
    static final String EXTRA = "extra_content";

    private static final String ANNOTATIONS = "annotations";

    private Map<String, @Nullable Object> extra = Map.of();
    private Set<Object> annotations = Set.of();
    private final List<Object> logprobs = new ArrayList<>(0);

    void add(OpenAiChatDelta turn) {
        if (!turn.extra.isEmpty()) {
            extra = turn.extra;
        }
        addSources(turn);
    }

    void addLogprobs(List<?> tokens) {
        if (!tokens.isEmpty()) {
            logprobs.addAll(tokens);
        }
    }

    /** Adds the sources alone, of a message that repeats the text. */
    void addSources(OpenAiChatDelta turn) {
        if (!turn.annotations.isEmpty()) {
            if (annotations.isEmpty()) {
                annotations = new LinkedHashSet<>();
            }
            annotations.addAll(turn.annotations);
        }
    }

    /**
     * Returns the data of the text; null without any.
     *
     * @param sources lists of sources that stand beside the choices, by name
     * @param hasText false if there is no text that sources and log probabilities could belong to
     */
    @Nullable
    VendorData data(Map<String, List<?>> sources, boolean hasText) {
        if (extra.isEmpty() && annotations.isEmpty() && logprobs.isEmpty() && sources.isEmpty()) {
            return null;
        }
        Map<String, @Nullable Object> fields = new LinkedHashMap<>(extra);
        List<Object> kept = hasText ? new ArrayList<>(annotations) : files(annotations);
        if (!kept.isEmpty()) {
            fields.put(ANNOTATIONS, kept);
        }
        if (hasText) {
            fields.putAll(sources);
            if (!logprobs.isEmpty()) {
                fields.put(Logprobs.FIELD, logprobs);
            }
        }
        return VendorFields.data(DialectName.OPENAI_CHAT, fields);
    }

    /** Returns the fields of a text's data that go back. */
    static Map<String, @Nullable Object> sendable(Map<String, ? extends @Nullable Object> own) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        Object signed = own.get(EXTRA);
        if (signed != null) {
            fields.put(EXTRA, signed);
        }
        List<Object> files = own.get(ANNOTATIONS) instanceof List<?> all ? files(all) : List.of();
        if (!files.isEmpty()) {
            fields.put(ANNOTATIONS, files);
        }
        return fields;
    }

    /** Returns the annotations that hold a file of the request as the server parsed it. */
    private static List<Object> files(Collection<?> annotations) {
        List<Object> files = new ArrayList<>(0);
        for (Object annotation : annotations) {
            if (annotation instanceof Map<?, ?> map && "file".equals(map.get("type"))) {
                files.add(annotation);
            }
        }
        return files;
    }
}
