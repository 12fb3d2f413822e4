package dev.understudy.provider.http;

import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Changes to a body because the model refuses a field. Only fields that do not change the requested answer are
 * dropped: sampling, reasoning length, usage reporting. Tools, images, system text and format are never dropped.
 * Immutable.
 *
 * @param changes fields of the body, nested ones as {@code "options.seed"}; to the name a field is renamed to, or to
 *     "" for a dropped one
 */
record AdaptedBody(Map<String, String> changes) {

    static final AdaptedBody NONE = new AdaptedBody(Map.of());

    private static final Set<String> THINKING =
            Set.of("thinking", "think", "thinkingconfig", "enablethinking", "reasoning", "reasoningeffort");

    private static final Set<String> DROPPABLE = Set.of(
            "temperature",
            "topp",
            "topk",
            "minp",
            "seed",
            "randomseed",
            "stop",
            "stopsequences",
            "frequencypenalty",
            "presencepenalty",
            "repetitionpenalty",
            "streamoptions");

    /** Objects in which some dialects nest such fields. */
    private static final Set<String> CONTAINERS =
            Set.of("options", "generationconfig", "inferenceconfig", "additionalmodelrequestfields");

    /** Refusals of a combination of fields, which the next call need not have. */
    private static final Pattern COMBINATION = Pattern.compile("(?i)\\b(both|when|while|together)\\b");

    AdaptedBody {
        changes = Map.copyOf(changes);
    }

    /**
     * Returns the one change that a refusal calls for; {@code null} if nothing that was sent can be dropped or
     * renamed.
     *
     * @param sent the body that was refused
     * @param synonyms fields that are renamed, not dropped
     */
    static @Nullable AdaptedBody after(
            Failure failure, Map<String, ? extends @Nullable Object> sent, Map<String, String> synonyms) {
        String refused = failure.advice().refusedParameter();
        if (failure.kind() != FailureKind.UNSUPPORTED || failure.phase() != Failure.Phase.HEADERS || refused == null) {
            return null;
        }
        String synonym = synonyms.get(refused);
        if (synonym != null) {
            return sent.containsKey(refused) ? new AdaptedBody(Map.of(refused, synonym)) : null;
        }
        String field = field(refused.split("\\.", -1), sent);
        return field == null ? null : new AdaptedBody(Map.of(field, ""));
    }

    /** Returns true if the model will presumably refuse the field in later calls as well. */
    static boolean lasts(Failure failure) {
        return !COMBINATION.matcher(failure.message()).find();
    }

    private static @Nullable String field(String[] path, Map<?, ?> sent) {
        for (Map.Entry<?, ?> entry : sent.entrySet()) {
            String key = String.valueOf(entry.getKey());
            if (means(path[0], key)) {
                return key;
            }
            if (CONTAINERS.contains(plain(key)) && entry.getValue() instanceof Map<?, ?> inner) {
                String name = path.length > 1 && plain(path[0]).equals(plain(key)) ? path[1] : path[0];
                for (Object field : inner.keySet()) {
                    if (means(name, String.valueOf(field))) {
                        return key + "." + field;
                    }
                }
            }
        }
        return null;
    }

    private static boolean means(String refused, String field) {
        String name = plain(refused);
        String key = plain(field);
        return name.equals(key)
                ? DROPPABLE.contains(key) || THINKING.contains(key)
                : name.equals("thinking") && THINKING.contains(key);
    }

    /** Normalizes spellings of one name: {@code top_p}, {@code topP}. */
    private static String plain(String name) {
        return name.replaceAll("[_-]", "").toLowerCase(Locale.ROOT);
    }

    AdaptedBody plus(AdaptedBody more) {
        Map<String, String> merged = new HashMap<>(changes);
        merged.putAll(more.changes);
        return new AdaptedBody(merged);
    }

    /** Returns true if one of these changes was made before, or would be reverted. */
    boolean repeats(AdaptedBody more) {
        return more.changes.entrySet().stream()
                .anyMatch(change -> changes.containsKey(change.getKey()) || changes.containsKey(change.getValue()));
    }

    /** Returns the body with the changes applied, in the same order. */
    Map<String, ? extends @Nullable Object> of(Map<String, ? extends @Nullable Object> body) {
        return changes.isEmpty() ? body : within("", body);
    }

    private Map<String, @Nullable Object> within(String prefix, Map<?, ? extends @Nullable Object> fields) {
        Map<String, @Nullable Object> adapted = new LinkedHashMap<>();
        fields.forEach((name, value) -> {
            String key = String.valueOf(name);
            String change = changes.get(prefix + key);
            if (change == null) {
                boolean inside = prefix.isEmpty() && CONTAINERS.contains(plain(key));
                adapted.put(key, inside && value instanceof Map<?, ?> inner ? within(key + ".", inner) : value);
            } else if (!change.isEmpty() && !fields.containsKey(change)) {
                adapted.put(change, value);
            }
        });
        return adapted;
    }
}
