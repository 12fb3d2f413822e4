package dev.understudy.provider.error;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.provider.json.Json;
import dev.understudy.provider.json.JsonTree;
import dev.understudy.provider.text.PlainText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Text that one request contains: its model, names, prompts, tools and extra fields. Vendors quote it in their
 * errors, and a quote is no evidence about the vendor, so {@link #compared} hides it before phrases are searched.
 *
 * <p>A part of an error counts as a quote when it is the model; a whole value or name of at least two words; a run of
 * two words or more at the start or end of a value; anything of the request between quotation marks or brackets
 * (single words: whole values only); or a run of {@value QuoteMask#LONG} letters. A few words that a long prompt shares with a
 * vendor's sentence are no quote for that; but a phrase with consequences for other calls does not count where the request
 * contains it ({@link ComparedText}). Names of the request's own fields are not hidden. Not thread-safe.
 */
public final class CallerText {

    /** Replaces each hidden character; matches no letter, digit or space. */
    static final char HIDDEN = '\ufffc';

    public static final CallerText NONE = new CallerText("", Map::of);

    /** Characters of all values that are compared. */
    private static final int ALL = 4 << 20;

    /** Characters of a value in which JSON is looked for. */
    private static final int JSON = 256 << 10;

    /** Texts that are looked for in one request; further ones count as contained. */
    private static final int SEARCHES = 32;

    private static final int DEPTH = 40;

    /** Characters of a value that may be a code. */
    private static final int CODE = 200;

    private final String model;
    private final Supplier<? extends Map<String, ? extends @Nullable Object>> body;

    private @Nullable Map<String, ? extends @Nullable Object> fields;
    private @Nullable List<String> values;
    private @Nullable Letters letters;
    private @Nullable Set<String> codes;
    private int searches;

    /**
     * @param values letters of each value
     * @param complete false if some of the values are missing
     */
    private record Letters(List<String> values, boolean complete) {

        static Letters of(List<String> values) {
            List<String> letters = new ArrayList<>();
            int left = ALL;
            for (String value : values) {
                if (value.length() > left) {
                    return new Letters(letters, false);
                }
                left -= value.length();
                letters.add(PlainText.letters(value));
            }
            return new Letters(letters, true);
        }
    }

    private CallerText(String model, Supplier<? extends Map<String, ? extends @Nullable Object>> body) {
        this.model = model;
        this.body = body;
    }

    /** Returns the text of a request. The body, its fields as they were sent, is evaluated only when an error is read. */
    public static CallerText of(String model, Supplier<? extends Map<String, ? extends @Nullable Object>> body) {
        return new CallerText(model, body);
    }

    /** Returns the text compared with the request, with quotes of the request hidden. */
    ComparedText compared(String text) {
        if (this == NONE || text.isEmpty()) {
            return ComparedText.withNothing(text);
        }
        PlainText plain = PlainText.of(TextLimits.truncate(text, 2 * TextLimits.EVIDENCE));
        if (plain.size() == 0) {
            return ComparedText.withNothing(text);
        }
        QuoteIndex index = new QuoteIndex(plain.letters());
        Letters sent = letters();
        sent.values.forEach(index::feed);
        QuoteIndex.Runs runs = index.runs();
        boolean[] hidden = QuoteMask.of(plain, runs, model, text.length());
        char[] masked = text.toCharArray();
        for (int i = 0; i < masked.length; i++) {
            masked[i] = hidden[i] && masked[i] != '\n' ? HIDDEN : masked[i];
        }
        return new ComparedText(new String(masked), plain, runs.any(), sent.complete);
    }

    /**
     * Returns text for readers, in which quotes of the request's values are replaced by an ellipsis. Names of fields and
     * the model stay.
     */
    String withoutQuotes(String text) {
        if (this == NONE || text.isEmpty()) {
            return text;
        }
        PlainText plain = PlainText.of(TextLimits.truncate(text, 2 * TextLimits.EVIDENCE));
        if (plain.size() == 0) {
            return text;
        }
        QuoteIndex index = new QuoteIndex(plain.letters());
        List<String> sent = new ArrayList<>();
        collect(fields(), 0, sent, false);
        sent.remove(model);
        Letters.of(sent).values.forEach(index::feed);
        boolean[] hidden = QuoteMask.repeated(plain, index.runs(), text.length());
        StringBuilder shown = new StringBuilder(text.length());
        for (int i = 0; i < hidden.length; i++) {
            if (!hidden[i]) {
                shown.append(text.charAt(i));
            } else if (i == 0 || !hidden[i - 1]) {
                shown.append('…');
            }
        }
        return shown.toString();
    }

    /** Returns true if a value or a name of the request has these letters and digits and no others. */
    boolean isValue(String code) {
        if (this == NONE) {
            return false;
        }
        Set<String> all = codes;
        if (all == null) {
            all = new HashSet<>();
            for (String value : values()) {
                if (value.length() <= CODE) {
                    all.add(PlainText.letters(value));
                }
            }
            collectNumbers(fields(), 0, all);
            codes = all;
        }
        return all.contains(PlainText.letters(code));
    }

    private static void collectNumbers(@Nullable Object value, int depth, Set<String> numbers) {
        if (value instanceof Map<?, ?> map && depth < DEPTH) {
            map.values().forEach(each -> collectNumbers(each, depth + 1, numbers));
        } else if (value instanceof Iterable<?> list && depth < DEPTH) {
            list.forEach(each -> collectNumbers(each, depth + 1, numbers));
        } else if (value instanceof Number number) {
            numbers.add(PlainText.letters(number.toString()));
        }
    }

    /** Returns true if a text occurs in the request. */
    boolean contains(String code) {
        if (this == NONE) {
            return false;
        }
        String wanted = PlainText.letters(TextLimits.truncate(code, TextLimits.EVIDENCE));
        if (wanted.isEmpty()) {
            return false;
        }
        searches++;
        return searches > SEARCHES || letters().values.stream().anyMatch(value -> value.contains(wanted));
    }

    private Map<String, ? extends @Nullable Object> fields() {
        Map<String, ? extends @Nullable Object> all = fields;
        if (all == null) {
            all = body.get();
            fields = all;
        }
        return all;
    }

    private Letters letters() {
        Letters all = letters;
        if (all == null) {
            all = Letters.of(values());
            letters = all;
        }
        return all;
    }

    private List<String> values() {
        List<String> all = values;
        if (all == null) {
            all = new ArrayList<>();
            all.add(model);
            collect(fields(), 0, all, true);
            values = all;
        }
        return all;
    }

    /** @param names true for the names of fields too */
    private static void collect(@Nullable Object value, int depth, List<String> values, boolean names) {
        if (value instanceof String text) {
            values.add(text);
            collectJson(text, depth, values, names);
        } else if (value instanceof Map<?, ?> map && depth < DEPTH) {
            map.forEach((name, field) -> {
                if (names) {
                    values.add(String.valueOf(name));
                }
                collect(field, depth + 1, values, names);
            });
        } else if (value instanceof Iterable<?> list && depth < DEPTH) {
            list.forEach(each -> collect(each, depth + 1, values, names));
        } else if (value != null && !(value instanceof Number) && !(value instanceof Boolean)) {
            values.add(value.toString());
        }
    }

    /** Adds values within JSON that is sent as text, such as tool arguments. */
    private static void collectJson(String text, int depth, List<String> values, boolean names) {
        String json = text.length() > JSON ? "" : text.strip();
        if (!json.startsWith("{") && !json.startsWith("[")) {
            return;
        }
        try {
            collect(JsonTree.of(Json.read(json.getBytes(StandardCharsets.UTF_8))), depth + 1, values, names);
        } catch (CallFailed notJson) {
            // Text that begins with a bracket.
        }
    }
}
