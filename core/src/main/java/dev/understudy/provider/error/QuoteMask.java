package dev.understudy.provider.error;

import dev.understudy.provider.text.PlainText;
import java.util.Arrays;
import java.util.Set;

/** Decides which characters of an error are a quote of the request, by the rules of {@link CallerText}. Pure. */
final class QuoteMask {

    /** Letters of a run that is a quote wherever it occurs. */
    static final int LONG = 40;
    /** Letters of a quoted run at the start or end of a value. */
    private static final int EDGE = 10;
    /** Letters of a quoted single word. */
    private static final int SHORTEST = 3;

    /** Letters of a phrase that is compared alone. */
    private static final int PHRASE = 40;
    /** Letters of a run that is not shown wherever it occurs. */
    private static final int UNSHOWN = 16;
    /** Letters of a run with a digit that is not shown. */
    private static final int UNSHOWN_CODE = 8;

    private static final String OPEN = "'\"`\u2018\u201c\u00ab\u300c([{<=;";
    private static final String CLOSE = "'\"`\u2019\u201d\u00bb\u300d)]}>\u2026,;&";

    /** Names of request fields, which are not hidden. */
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

    private QuoteMask() {}

    /** Returns true for each character of the text that is part of a quote. */
    static boolean[] of(PlainText plain, QuoteIndex.Runs runs, String model, int length) {
        boolean[] hidden = new boolean[length];
        hide(plain, runs, hidden);
        hideModel(plain, model, hidden);
        return hidden;
    }

    /**
     * Returns true for each character of the text that repeats the request: a run of {@value #UNSHOWN} letters, of
     * {@value #UNSHOWN_CODE} with a digit among them, or two words or more that are quoted or a whole value.
     */
    static boolean[] repeated(PlainText plain, QuoteIndex.Runs runs, int length) {
        boolean[] hidden = new boolean[length];
        int size = plain.size();
        int[] gaps = gaps(plain);
        for (int end = 0; end < size; end++) {
            int any = runs.any()[end];
            int start = end - any + 1;
            if (any >= UNSHOWN || (any >= UNSHOWN_CODE && hasDigit(plain, start, end))) {
                hide(plain, start, end, hidden);
            }
            int longest = Math.max(runs.edge()[end], runs.whole()[end]);
            int first = end - longest + 1;
            if (longest > 0 && plain.ends(end) && gaps[end] > gaps[first] && weight(plain, first, end) >= EDGE) {
                hide(plain, first, end, hidden);
            }
        }
        return hidden;
    }

    private static boolean hasDigit(PlainText plain, int start, int end) {
        for (int i = start; i <= end; i++) {
            if (Character.isDigit(plain.letters().charAt(i))) {
                return true;
            }
        }
        return false;
    }

    private static int[] gaps(PlainText plain) {
        int[] gaps = new int[plain.size() + 1];
        for (int i = 1; i < plain.size(); i++) {
            gaps[i] = gaps[i - 1] + (plain.begins(i) ? 1 : 0);
        }
        return gaps;
    }

    private static void hide(PlainText plain, QuoteIndex.Runs runs, boolean[] hidden) {
        int size = plain.size();
        int[] nextOpen = new int[size + 1];
        int[] gaps = gaps(plain);
        nextOpen[size] = size;
        for (int i = size - 1; i >= 0; i--) {
            nextOpen[i] = isOpen(plain, i) ? i : nextOpen[i + 1];
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
        if (words && (gaps[end] > gaps[start] || isPhrase(plain, start, end))) {
            hide(plain, start, end, hidden);
        }
    }

    /** Returns true if these letters alone match the phrase tables. */
    private static boolean isPhrase(PlainText plain, int start, int end) {
        return end - start < PHRASE && ErrorPhrases.isPhrase(plain.text(start, end));
    }

    /** Counts an ideograph as a short word. */
    private static int weight(PlainText plain, int start, int end) {
        return plain.isIdeograph(start) ? SHORTEST * (end - start + 1) : end - start + 1;
    }

    private static void hideModel(PlainText plain, String model, boolean[] hidden) {
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
        return (before >= 0 && OPEN.indexOf(plain.charAt(before)) >= 0) || plain.follows(letter, "%22", "%27", "%60");
    }

    private static boolean isClose(PlainText plain, int letter) {
        int after = plain.to(letter);
        return after == plain.length()
                || CLOSE.indexOf(plain.charAt(after)) >= 0
                || (plain.charAt(after) == '.' && after + 1 < plain.length() && plain.charAt(after + 1) == '.')
                || plain.charAt(after) == '\\'
                || plain.charAt(after) == '%';
    }
}
