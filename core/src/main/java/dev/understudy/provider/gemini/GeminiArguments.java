package dev.understudy.provider.gemini;

import dev.understudy.provider.json.Json;
import dev.understudy.provider.json.JsonErrors;
import dev.understudy.provider.json.JsonReader;
import dev.understudy.provider.json.JsonTree;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Arguments of a tool call that arrive in fragments: a path into the arguments, and a value to add there. Fragments
 * of one text are concatenated. Fragments without a valid path are dropped.
 */
final class GeminiArguments {

    private static final Pattern STEP = Pattern.compile("\\.([^.\\[\\]]+)|\\['([^']*)']|\\[(\\d{1,4})]");

    /**
     * Limit of missing elements before a received one: lists arrive in order, and a large index costs the sender
     * nothing.
     */
    private static final int GAP = 16;

    /**
     * A fragment of the arguments.
     *
     * @param path as the vendor writes it: {@code $.stops[0].city}
     * @param value a string, a number, a boolean or null
     */
    private record Piece(String path, @Nullable Object value) {}

    private final List<Piece> pieces = new ArrayList<>(0);

    boolean isEmpty() {
        return pieces.isEmpty();
    }

    void add(GeminiArguments more) {
        pieces.addAll(more.pieces);
    }

    void read(JsonReader in) {
        if (in.array()) {
            while (in.nextElement()) {
                piece(in);
            }
        }
    }

    private void piece(JsonReader in) {
        String path = "";
        Object value = null;
        boolean hasValue = false;
        if (in.object()) {
            while (in.nextField()) {
                switch (in.field()) {
                    case "jsonPath" -> path = in.string("");
                    case "stringValue", "numberValue", "boolValue", "nullValue" -> {
                        value = in.field().equals("nullValue") ? null : JsonTree.of(in);
                        hasValue = true;
                    }
                    default -> in.skip();
                }
            }
        }
        if (hasValue) {
            pieces.add(new Piece(path, value));
        }
    }

    /** Merged arguments as JSON. */
    String json() {
        Map<String, @Nullable Object> root = new LinkedHashMap<>();
        pieces.forEach(piece -> put(root, piece));
        return Json.text(root);
    }

    private static void put(Map<String, @Nullable Object> root, Piece piece) {
        List<Object> steps = steps(piece.path());
        if (steps.isEmpty() || !(steps.get(0) instanceof String)) {
            return;
        }
        Object at = root;
        for (int i = 0; i < steps.size() - 1; i++) {
            Object inner = get(at, steps.get(i));
            if (!(inner instanceof Map) && !(inner instanceof List)) {
                inner = steps.get(i + 1) instanceof String ? new LinkedHashMap<>() : new ArrayList<>();
                set(at, steps.get(i), inner);
            }
            at = inner;
        }
        Object last = steps.get(steps.size() - 1);
        Object before = get(at, last);
        if (!(piece.value() instanceof String text)) {
            set(at, last, piece.value());
        } else if (before instanceof StringBuilder builder) {
            builder.append(text);
        } else {
            @SuppressWarnings("UnnecessaryStringBuilder") // later pieces are appended to it
            StringBuilder begun = new StringBuilder(text);
            set(at, last, begun);
        }
    }

    private static List<Object> steps(String path) {
        List<Object> steps = new ArrayList<>();
        Matcher matcher = STEP.matcher(path);
        while (matcher.find() && steps.size() < JsonErrors.MAX_DEPTH / 2) {
            String name = matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
            steps.add(name != null ? name : (Object) Integer.valueOf(matcher.group(3)));
        }
        return steps;
    }

    private static @Nullable Object get(Object at, Object step) {
        if (at instanceof Map<?, ?> map) {
            return map.get(String.valueOf(step));
        }
        List<?> list = (List<?>) at;
        return step instanceof Integer index && index < list.size() ? list.get(index) : null;
    }

    @SuppressWarnings("unchecked") // All maps and lists were created above.
    private static void set(Object at, Object step, @Nullable Object value) {
        if (at instanceof Map<?, ?> map) {
            ((Map<String, @Nullable Object>) map).put(String.valueOf(step), value);
        } else if (step instanceof Integer index && index <= ((List<?>) at).size() + GAP) {
            List<@Nullable Object> list = (List<@Nullable Object>) at;
            while (list.size() <= index) {
                list.add(null);
            }
            list.set(index, value);
        }
    }
}
