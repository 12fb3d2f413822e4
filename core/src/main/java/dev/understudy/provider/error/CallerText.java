package dev.understudy.provider.error;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.provider.json.Json;
import dev.understudy.provider.json.JsonTree;
import dev.understudy.provider.text.PlainText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Text that one request contains: its model, names, prompts, tools and extra fields. Vendors quote it in their
 * errors, and a quote is no evidence about the vendor, so {@link #masked} hides it before phrases are searched.
 *
 * <p>A part of an error counts as a quote when it is the model; a whole value or name of at least two words; a run of
 * two words or more at the start or end of a value; anything of the request between quotation marks or brackets
 * (single words: whole values only); or a run of {@value QuoteMask#LONG} letters. A few words that a long prompt shares with a
 * vendor's sentence are no quote. Names of the request's own fields are not hidden. Not thread-safe.
 */
public final class CallerText {

    /** Replaces each hidden character; matches no letter, digit or space. */
    static final char HIDDEN = '\ufffc';

    public static final CallerText NONE = new CallerText("", Map::of);

    /** Characters of one value that are compared. */
    private static final int VALUE = 256 << 10;

    /** Characters of all values that are compared. */
    private static final int ALL = 4 << 20;

    private static final int DEPTH = 40;

    private final String model;
    private final Supplier<? extends Map<String, ? extends @Nullable Object>> body;

    private @Nullable List<String> values;

    private CallerText(String model, Supplier<? extends Map<String, ? extends @Nullable Object>> body) {
        this.model = model;
        this.body = body;
    }

    /** Returns the text of a request. The body, its fields as they were sent, is evaluated only when an error is read. */
    public static CallerText of(String model, Supplier<? extends Map<String, ? extends @Nullable Object>> body) {
        return new CallerText(model, body);
    }

    /** Returns text of equal length in which quotes of the request are hidden. */
    String masked(String text) {
        if (this == NONE || text.isEmpty()) {
            return text;
        }
        PlainText plain = PlainText.of(TextLimits.truncate(text, 2 * TextLimits.EVIDENCE));
        if (plain.size() == 0) {
            return text;
        }
        QuoteIndex index = new QuoteIndex(plain.letters());
        feed(index, values());
        boolean[] hidden = QuoteMask.of(plain, index.runs(), model, text.length());
        char[] masked = text.toCharArray();
        for (int i = 0; i < masked.length; i++) {
            masked[i] = hidden[i] && masked[i] != '\n' ? HIDDEN : masked[i];
        }
        return new String(masked);
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
        collect(body.get(), 0, sent, false);
        sent.remove(model);
        feed(index, sent);
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

    /** Returns true if a code occurs in the request. */
    boolean contains(String code) {
        if (this == NONE) {
            return false;
        }
        PlainText plain = PlainText.of(TextLimits.truncate(code, TextLimits.EVIDENCE));
        if (plain.size() == 0) {
            return false;
        }
        QuoteIndex index = new QuoteIndex(plain.letters());
        feed(index, values());
        return index.runs().any()[plain.size() - 1] >= plain.size();
    }

    private static void feed(QuoteIndex index, List<String> values) {
        int left = ALL;
        for (String value : values) {
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
            collect(body.get(), 0, all, true);
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
        String json = text.length() > VALUE ? "" : text.strip();
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
