package dev.understudy.provider.http;

import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Changes to a body because the model refuses a field. Only fields that do not change the requested answer are
 * dropped: sampling, reasoning length, usage reporting, class of
 * service, log probabilities, data beside the answer. Tools, images, system text and format are never dropped.
 * Immutable.
 *
 * @param changes fields of the body, nested ones as {@code "options.seed"}; to the name a field is renamed to, or to
 *     "" for a dropped one
 * @param outputLimit most tokens that are asked for; {@code null} for any number
 * @param thinkingYields true if thinking is turned off where a tool must be called
 */
record AdaptedBody(Map<String, String> changes, @Nullable Integer outputLimit, boolean thinkingYields) {

    static final AdaptedBody NONE = new AdaptedBody(Map.of());

    private static final String THINKING_FIELD = "thinking";

    /** Refusals of a tool that must be called while the model thinks, however it was asked to think. */
    private static final Pattern FORCED_TOOL_WHILE_THINKING =
            Pattern.compile("(?i)thinking.{1,80}tool_?choice|tool_?choice.{1,80}thinking");

    private static final Set<String> THINKING = Set.of(
            "thinking",
            "think",
            "thinkingconfig",
            "enablethinking",
            "chattemplatekwargs",
            "reasoning",
            "reasoningeffort",
            "reasoningconfig",
            "effort");

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
            "paralleltoolcalls",
            "disableparalleltooluse",
            "servicetier",
            "user",
            "metadata",
            "requestmetadata",
            "logprobs",
            "toplogprobs",
            "responselogprobs",
            "include",
            "streamoptions");

    /** Objects in which some dialects nest such fields. */
    private static final Set<String> CONTAINERS = Set.of(
            "options",
            "generationconfig",
            "inferenceconfig",
            "additionalmodelrequestfields",
            "outputconfig",
            "toolchoice");

    /** Refusals of a combination of fields, which the next call need not have. */
    private static final Pattern COMBINATION = Pattern.compile("(?i)\\b(both|when|while|together)\\b");

    AdaptedBody {
        changes = Map.copyOf(changes);
    }

    AdaptedBody(Map<String, String> changes) {
        this(changes, null, false);
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
        Integer limit = OutputLimit.in(failure, sent, AdaptedBody::isContainer);
        if (limit != null) {
            return new AdaptedBody(Map.of(), limit, false);
        }
        if (isForcedToolWhileThinking(failure) && forcesTool(sent)) {
            return new AdaptedBody(Map.of(), null, true);
        }
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

    private static boolean isForcedToolWhileThinking(Failure failure) {
        return (failure.kind() == FailureKind.INVALID_REQUEST || failure.kind() == FailureKind.UNSUPPORTED)
                && failure.phase() == Failure.Phase.HEADERS
                && FORCED_TOOL_WHILE_THINKING.matcher(failure.message()).find();
    }

    /** Returns true for a body by which the model must call a tool. */
    private static boolean forcesTool(Map<?, ?> body) {
        Object choice = body.get("tool_choice");
        Object type = choice instanceof Map<?, ?> object ? object.get("type") : choice;
        return choice != null && !Set.of("auto", "none").contains(String.valueOf(type));
    }

    /** Returns true if the model will presumably refuse the field in later calls as well. */
    boolean lasts(Failure failure) {
        if (failure.kind() == FailureKind.CONTEXT_OVERFLOW) {
            return false; // the limit depends on the length of this prompt
        }
        return outputLimit != null
                || thinkingYields
                || !COMBINATION.matcher(failure.message()).find();
    }

    private static @Nullable String field(String[] path, Map<?, ?> sent) {
        for (Map.Entry<?, ?> entry : sent.entrySet()) {
            String key = String.valueOf(entry.getKey());
            if (means(path[0], key)) {
                return key;
            }
            if (isContainer(key) && entry.getValue() instanceof Map<?, ?> inner) {
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
                : name.startsWith("thinking") && THINKING.contains(key);
    }

    /** Returns true for an object in which some dialects nest parameters. */
    static boolean isContainer(String field) {
        return CONTAINERS.contains(plain(field));
    }

    /** Normalizes spellings of one name: {@code top_p}, {@code topP}. */
    private static String plain(String name) {
        return name.replaceAll("[_-]", "").toLowerCase(Locale.ROOT);
    }

    AdaptedBody plus(AdaptedBody more) {
        Map<String, String> merged = new HashMap<>(changes);
        merged.putAll(more.changes);
        boolean lower = more.outputLimit != null && (outputLimit == null || more.outputLimit < outputLimit);
        return new AdaptedBody(merged, lower ? more.outputLimit : outputLimit, thinkingYields || more.thinkingYields);
    }

    /** Returns true if one of these changes was made before, or would be reverted. */
    boolean repeats(AdaptedBody more) {
        boolean lowers = more.outputLimit != null && (outputLimit == null || more.outputLimit < outputLimit);
        boolean yields = more.thinkingYields && !thinkingYields;
        if (more.changes.isEmpty()) {
            return !lowers && !yields;
        }
        return more.changes.entrySet().stream()
                .anyMatch(change -> changes.containsKey(change.getKey()) || changes.containsKey(change.getValue()));
    }

    /** Returns the body with the changes applied, in the same order. */
    Map<String, ? extends @Nullable Object> of(Map<String, ? extends @Nullable Object> body) {
        if (changes.isEmpty() && outputLimit == null && !thinkingYields) {
            return body;
        }
        Map<String, @Nullable Object> adapted = within("", body);
        if (thinkingYields && forcesTool(adapted)) {
            boolean asked = adapted.keySet().removeIf(field -> THINKING.contains(plain(field)));
            if (!asked) {
                adapted.put(THINKING_FIELD, Map.of("type", "disabled"));
            }
        }
        return adapted;
    }

    private Map<String, @Nullable Object> within(String prefix, Map<?, ? extends @Nullable Object> fields) {
        Map<String, @Nullable Object> adapted = new LinkedHashMap<>();
        fields.forEach((name, value) -> {
            String key = String.valueOf(name);
            String change = changes.get(prefix + key);
            if (change == null) {
                boolean inside = prefix.isEmpty() && isContainer(key);
                adapted.put(
                        key,
                        inside && value instanceof Map<?, ?> inner ? within(key + ".", inner) : limited(key, value));
            } else if (!change.isEmpty() && !fields.containsKey(change)) {
                adapted.put(change, value);
            }
        });
        return adapted;
    }

    private @Nullable Object limited(String field, @Nullable Object value) {
        return outputLimit != null
                        && value instanceof Number number
                        && number.longValue() > outputLimit
                        && OutputLimit.isField(field)
                ? outputLimit
                : value;
    }

    /** Returns the names of the parameters that are changed without being dropped or renamed. */
    List<String> rewritten() {
        List<String> names = new ArrayList<>(1);
        if (outputLimit != null) {
            names.add("max_tokens");
        }
        if (thinkingYields) {
            names.add(THINKING_FIELD);
        }
        return names;
    }
}
