package dev.understudy.provider.error;

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
