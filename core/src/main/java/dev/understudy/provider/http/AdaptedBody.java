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
 * What a body is sent without because the model refuses it. Only what the answer is asked for all the same without:
 * how words are picked, how long is thought, whether usage is told. Never tools, pictures, the system text or the
 * format.
 *
 * @param changes fields of the body, those inside another as {@code "options.seed"}; to the name a field is sent under
 *     instead, or to "" when it is left out
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

    /** Where some dialects keep such fields. */
    private static final Set<String> AROUND =
            Set.of("options", "generationconfig", "inferenceconfig", "additionalmodelrequestfields");

    /** Refused only in this company, which the next call need not have. */
    private static final Pattern BY_CHANCE = Pattern.compile("(?i)\\b(both|when|while|together)\\b");

    AdaptedBody {
        changes = Map.copyOf(changes);
    }

    /**
     * The one change that a refusal asks for; {@code null} when nothing of what was sent can be left out.
     *
     * @param sent the body that was refused
     * @param synonyms fields that are renamed, not left out
     */
    static @Nullable AdaptedBody after(
            Failure failure, Map<String, ? extends @Nullable Object> sent, Map<String, String> synonyms) {
        String refused = failure.advice().refused();
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

    /** Whether a model that refused something in these words will refuse it in the next call as well. */
    static boolean lasts(Failure failure) {
        return !BY_CHANCE.matcher(failure.message()).find();
    }

    private static @Nullable String field(String[] path, Map<?, ?> sent) {
        for (Map.Entry<?, ?> entry : sent.entrySet()) {
            String key = String.valueOf(entry.getKey());
            if (means(path[0], key)) {
                return key;
            }
            if (AROUND.contains(plain(key)) && entry.getValue() instanceof Map<?, ?> inner) {
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

    /** The vendors write one name in many ways: {@code top_p}, {@code topP}. */
    private static String plain(String name) {
        return name.replaceAll("[_-]", "").toLowerCase(Locale.ROOT);
    }

    AdaptedBody plus(AdaptedBody more) {
        Map<String, String> both = new HashMap<>(changes);
        both.putAll(more.changes);
        return new AdaptedBody(both);
    }

    /** Whether one of these changes was made before, or would be taken back. */
    boolean repeats(AdaptedBody more) {
        return more.changes.entrySet().stream()
                .anyMatch(change -> changes.containsKey(change.getKey()) || changes.containsKey(change.getValue()));
    }

    /** The same body, adapted; what is left stays in its order. */
    Map<String, ? extends @Nullable Object> of(Map<String, ? extends @Nullable Object> body) {
        return changes.isEmpty() ? body : within("", body);
    }

    private Map<String, @Nullable Object> within(String around, Map<?, ? extends @Nullable Object> fields) {
        Map<String, @Nullable Object> adapted = new LinkedHashMap<>();
        fields.forEach((name, value) -> {
            String key = String.valueOf(name);
            String change = changes.get(around + key);
            if (change == null) {
                boolean inside = around.isEmpty() && AROUND.contains(plain(key));
                adapted.put(key, inside && value instanceof Map<?, ?> inner ? within(key + ".", inner) : value);
            } else if (!change.isEmpty() && !fields.containsKey(change)) {
                adapted.put(change, value);
            }
        });
        return adapted;
    }
}
