package dev.understudy.provider.error;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.provider.json.Json;
import dev.understudy.provider.json.JsonTree;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Text that one request contains: its model, names, prompts, tools and extra fields. Vendors quote it in their errors,
 * and what is a quote says nothing of the vendor, so {@link #masked} hides it before words are looked for.
 *
 * <p>A part of an error counts as a quote when it is the model; a whole value or name of at least two words; a run of
 * two words or more that begins or ends a value; anything of the request between quotation marks or brackets (single
 * words: whole values only); and any run of {@value #LONG} letters. A few words that a long prompt happens to share with
 * a vendor's sentence are none. The names of a request's own fields are not hidden.
 */
public final class CallerText {

    /** Takes the place of each hidden character; matches no letter, digit or space. */
    static final char HIDDEN = '\ufffc';

    public static final CallerText NONE = new CallerText("", Map::of);

    private static final int LONG = 40;
    private static final int EDGE = 10;
    private static final int SHORTEST = 3;

    /** So many characters of one value, and of all values, are looked at. */
    private static final int VALUE = 256 << 10;

    private static final int ALL = 4 << 20;
    private static final int DEPTH = 40;
    private static final String OPEN = "'\"`\u2018\u201c\u00ab\u300c([{<=;";
    private static final String CLOSE = "'\"`\u2019\u201d\u00bb\u300d)]}>\u2026,;&";

    private static final Set<String> FIELDS = Set.of(
            "model",
            "messages",
            "contents",
            "content",
            "system",
            "input",
            "inputs",
            "prompt",
            "tools",
            "tool",
            "toolchoice",
            "temperature",
            "topp",
            "topk",
            "minp",
            "seed",
            "stop",
            "stopsequences",
            "maxtokens",
            "maxnewtokens",
            "maxcompletiontokens",
            "maxoutputtokens",
            "stream",
            "streamoptions",
            "user",
            "role",
            "assistant",
            "function",
            "functions",
            "text",
            "image",
            "imageurl",
            "responseformat",
            "jsonschema",
            "jsonobject",
            "thinking",
            "think",
            "reasoning",
            "reasoningeffort",
            "effort",
            "frequencypenalty",
            "presencepenalty",
            "parallel",
            "paralleltoolcalls",
            "logprobs",
            "metadata",
            "options",
            "type",
            "name");

    private final String model;
    private final Supplier<? extends Map<String, ? extends @Nullable Object>> body;

    private @Nullable List<String> values;

    private CallerText(String model, Supplier<? extends Map<String, ? extends @Nullable Object>> body) {
        this.model = model;
        this.body = body;
    }

    /** @param body the fields as they were sent; asked for at an error only */
    public static CallerText of(String model, Supplier<? extends Map<String, ? extends @Nullable Object>> body) {
        return new CallerText(model, body);
    }

    /** A text of equal length in which what the request contains is hidden. */
    String masked(String text) {
        if (this == NONE || text.isEmpty()) {
            return text;
        }
        PlainText plain = PlainText.of(TextLimits.truncate(text, 2 * TextLimits.EVIDENCE));
        if (plain.size() == 0) {
            return text;
        }
        QuoteIndex index = new QuoteIndex(plain.letters());
        feed(index);
        boolean[] hidden = new boolean[text.length()];
        hide(plain, index.runs(), hidden);
        hideModel(plain, hidden);
        char[] masked = text.toCharArray();
        for (int i = 0; i < masked.length; i++) {
            masked[i] = hidden[i] && masked[i] != '\n' ? HIDDEN : masked[i];
        }
        return new String(masked);
    }

    /** Whether a code stands somewhere in the request. */
    boolean contains(String code) {
        if (this == NONE) {
            return false;
        }
        PlainText plain = PlainText.of(TextLimits.truncate(code, TextLimits.EVIDENCE));
        if (plain.size() == 0) {
            return false;
        }
        QuoteIndex index = new QuoteIndex(plain.letters());
        feed(index);
        return index.runs().any()[plain.size() - 1] >= plain.size();
    }

    private void feed(QuoteIndex index) {
        int left = ALL;
        for (String value : values()) {
            if (left <= 0) {
                return;
            }
            int length = Math.min(Math.min(value.length(), VALUE), left);
            left -= length;
            index.feed(PlainText.of(value.substring(0, length)).letters());
        }
    }

    private List<String> values() {
        List<String> all = values;
        if (all == null) {
            all = new ArrayList<>();
            all.add(model);
            collect(body.get(), 0, all);
            values = all;
        }
        return all;
    }

    private static void collect(@Nullable Object value, int depth, List<String> values) {
        if (value instanceof String text) {
            values.add(text);
            inside(text, depth, values);
        } else if (value instanceof Map<?, ?> map && depth < DEPTH) {
            map.forEach((name, field) -> {
                values.add(String.valueOf(name));
                collect(field, depth + 1, values);
            });
        } else if (value instanceof Iterable<?> list && depth < DEPTH) {
            list.forEach(each -> collect(each, depth + 1, values));
        } else if (value != null && !(value instanceof Number) && !(value instanceof Boolean)) {
            values.add(value.toString());
        }
    }

    /** Values within JSON that is sent as text, as arguments of tools are. */
    private static void inside(String text, int depth, List<String> values) {
        String json = text.length() > VALUE ? "" : text.strip();
        if (!json.startsWith("{") && !json.startsWith("[")) {
            return;
        }
        try {
            collect(JsonTree.of(Json.read(json.getBytes(StandardCharsets.UTF_8))), depth + 1, values);
        } catch (CallFailed notJson) {
            // Text that begins with a bracket.
        }
    }

    private static void hide(PlainText plain, QuoteIndex.Runs runs, boolean[] hidden) {
        int size = plain.size();
        int[] nextOpen = new int[size + 1];
        int[] gaps = new int[size + 1];
        nextOpen[size] = size;
        for (int i = size - 1; i >= 0; i--) {
            nextOpen[i] = isOpen(plain, i) ? i : nextOpen[i + 1];
        }
        for (int i = 1; i < size; i++) {
            gaps[i] = gaps[i - 1] + (plain.begins(i) ? 1 : 0);
        }
        for (int end = 0; end < size; end++) {
            int any = runs.any()[end];
            if (any >= LONG) {
                hide(plain, end - any + 1, end, hidden);
            }
            if (!plain.ends(end)) {
                continue;
            }
            hideRun(plain, end - runs.whole()[end] + 1, end, 2 * SHORTEST, gaps, hidden);
            hideRun(plain, end - runs.edge()[end] + 1, end, EDGE, gaps, hidden);
            int start = nextOpen[end - any + 1 > end ? end : end - any + 1];
            if (any > 0 && start <= end && isClose(plain, end)) {
                boolean words = gaps[end] > gaps[start];
                boolean value = runs.whole()[end] == end - start + 1;
                boolean quote = weight(plain, start, end) >= SHORTEST && !isField(plain, start, end);
                if (quote && (words || value)) {
                    hide(plain, start, end, hidden);
                }
            }
        }
    }

    private static void hideRun(PlainText plain, int start, int end, int least, int[] gaps, boolean[] hidden) {
        boolean words = start <= end
                && plain.begins(start)
                && weight(plain, start, end) >= least
                && !isField(plain, start, end);
        if (words && (gaps[end] > gaps[start] || plain.isPhrase(start, end))) {
            hide(plain, start, end, hidden);
        }
    }

    /** An ideograph says as much as a short word. */
    private static int weight(PlainText plain, int start, int end) {
        return plain.isIdeograph(start) ? SHORTEST * (end - start + 1) : end - start + 1;
    }

    private void hideModel(PlainText plain, boolean[] hidden) {
        String name = PlainText.of(model).letters().toString();
        if (name.length() < SHORTEST || FIELDS.contains(name)) {
            return;
        }
        String letters = plain.letters().toString();
        for (int at = letters.indexOf(name); at >= 0; at = letters.indexOf(name, at + name.length())) {
            if (plain.begins(at) && plain.ends(at + name.length() - 1)) {
                hide(plain, at, at + name.length() - 1, hidden);
            }
        }
    }

    private static void hide(PlainText plain, int start, int end, boolean[] hidden) {
        Arrays.fill(hidden, plain.from(start), plain.to(end), true);
    }

    private static boolean isField(PlainText plain, int start, int end) {
        return end - start < 24
                && FIELDS.contains(plain.letters().subSequence(start, end + 1).toString());
    }

    private static boolean isOpen(PlainText plain, int letter) {
        int before = plain.from(letter) - 1;
        return before >= 0 && OPEN.indexOf(plain.charAt(before)) >= 0 || plain.follows(letter, "%22", "%27", "%60");
    }

    private static boolean isClose(PlainText plain, int letter) {
        int after = plain.to(letter);
        return after == plain.length()
                || CLOSE.indexOf(plain.charAt(after)) >= 0
                || plain.charAt(after) == '.' && after + 1 < plain.length() && plain.charAt(after + 1) == '.'
                || plain.charAt(after) == '\\'
                || plain.charAt(after) == '%';
    }
}
